import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { DatasetSummary, PredictionSetSummary } from "../../shared/api/datasets.ts";
import { call } from "../api/client.ts";

/** The project's datasets and their prediction sets. */
export const useDatasets = defineStore("datasets", () => {
  const list = shallowRef<readonly DatasetSummary[]>([]);
  /** Keyed by dataset. */
  const predictionSets = shallowRef<ReadonlyMap<number, readonly PredictionSetSummary[]>>(
    new Map(),
  );
  const loaded = ref(false);
  /** The dataset last looked at; the address wins over it. */
  const lastId = ref<number | null>(null);
  const byId = computed(() => new Map(list.value.map((dataset) => [dataset.id, dataset])));

  async function load(): Promise<void> {
    const { datasets } = await call("datasets/list", {});
    const sets = await Promise.all(
      datasets.map((dataset) => call("predictionSets/list", { datasetId: dataset.id })),
    );
    list.value = datasets;
    predictionSets.value = new Map(
      datasets.map((dataset, at) => [dataset.id, sets[at]?.predictionSets ?? []]),
    );
    loaded.value = true;
  }

  /** Takes it off the list at once; the caller removes it for good or puts it back with load(). */
  function hide(datasetId: number): void {
    list.value = list.value.filter((dataset) => dataset.id !== datasetId);
  }

  return { list, byId, predictionSets, loaded, lastId, load, hide };
});
