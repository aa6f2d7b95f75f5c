import { computed } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useDatasets } from "../stores/datasets.ts";
import { useRuns } from "../stores/runs.ts";
import { textOf } from "./address.ts";

/**
 * The dataset and run the page is about. The address decides (`/runs/:runId`, `?run=`, `?dataset=`), then what was
 * last looked at, then the newest.
 */
export function useSelection() {
  const route = useRoute();
  const router = useRouter();
  const datasets = useDatasets();
  const runs = useRuns();

  const addressRunId = computed(() => idOf(route.params["runId"]) ?? idOf(route.query["run"]));

  const datasetId = computed<number | null>(() => {
    const asked = idOf(route.query["dataset"]);
    if (asked !== null && datasets.byId.has(asked)) return asked;
    const ofRun = addressRunId.value === null ? undefined : runs.byId.get(addressRunId.value);
    if (ofRun && datasets.byId.has(ofRun.datasetId)) return ofRun.datasetId;
    if (datasets.lastId !== null && datasets.byId.has(datasets.lastId)) return datasets.lastId;
    const newest = runs.list.find((run) => datasets.byId.has(run.datasetId));
    return newest?.datasetId ?? datasets.list[0]?.id ?? null;
  });

  const runsOfDataset = computed(() =>
    runs.list.filter((run) => run.datasetId === datasetId.value),
  );

  const runId = computed<number | null>(() => {
    const fits = (id: number | null) =>
      id !== null && runsOfDataset.value.some((run) => run.id === id);
    if (fits(addressRunId.value)) return addressRunId.value;
    if (fits(runs.lastId)) return runs.lastId;
    return runsOfDataset.value[0]?.id ?? null;
  });

  const dataset = computed(() =>
    datasetId.value === null ? null : (datasets.byId.get(datasetId.value) ?? null),
  );
  const run = computed(() => (runId.value === null ? null : (runs.byId.get(runId.value) ?? null)));

  /** Shows the same page for another dataset; what belonged to the old one leaves the address. */
  function selectDataset(id: number): void {
    datasets.lastId = id;
    const path = route.meta["dropsWithDataset"] ? "/data" : route.path;
    void router.push({ path, query: { dataset: String(id) } });
  }

  function selectRun(id: number): void {
    runs.lastId = id;
    void router.push({ path: route.path, query: { ...route.query, run: String(id) } });
  }

  return { datasetId, dataset, runId, run, runsOfDataset, selectDataset, selectRun };
}

function idOf(value: unknown): number | null {
  const text = textOf(value);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
