import { defineStore } from "pinia";
import { computed, ref, shallowReactive, shallowRef } from "vue";
import type { DatasetSummary, PredictionSetSummary } from "../../shared/api/datasets.ts";
import { call } from "../api/client.ts";

/** The project's datasets and their prediction sets. */
export const useDatasets = defineStore("datasets", () => {
  const known = shallowRef<readonly DatasetSummary[]>([]);
  /** Keyed by dataset. */
  const knownSets = shallowRef<ReadonlyMap<number, readonly PredictionSetSummary[]>>(new Map());
  /** Being removed: off the lists, however often these are read meanwhile. */
  const hidden = shallowReactive(new Set<number>());
  const hiddenSets = shallowReactive(new Set<number>());
  const loaded = ref(false);
  /** The dataset last looked at; the address wins over it. */
  const lastId = ref<number | null>(null);
  /** Grows when a dataset is pointed at another folder: its pictures are others then. */
  const moves = ref(0);

  const list = computed(() => known.value.filter(({ id }) => !hidden.has(id)));
  const byId = computed(() => new Map(list.value.map((dataset) => [dataset.id, dataset])));
  const predictionSets = computed<ReadonlyMap<number, readonly PredictionSetSummary[]>>(
    () =>
      new Map(
        [...knownSets.value].map(([id, sets]) => [
          id,
          sets.filter((set) => !hiddenSets.has(set.id)),
        ]),
      ),
  );

  async function load(): Promise<void> {
    const { datasets } = await call("datasets/list", {});
    const sets = await Promise.all(
      datasets.map((dataset) => call("predictionSets/list", { datasetId: dataset.id })),
    );
    const roots = new Map(known.value.map(({ id, root }) => [id, root]));
    if (datasets.some(({ id, root }) => roots.has(id) && roots.get(id) !== root)) moves.value += 1;
    known.value = datasets;
    knownSets.value = new Map(
      datasets.map((dataset, at) => [dataset.id, sets[at]?.predictionSets ?? []]),
    );
    loaded.value = true;
  }

  return { list, byId, predictionSets, loaded, lastId, moves, hidden, hiddenSets, load };
});
