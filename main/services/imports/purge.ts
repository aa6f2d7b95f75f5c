import { setImmediate } from "node:timers/promises";
import type { Db } from "../../db/open.ts";
import { purgeQueries } from "../../db/queries/imports.ts";

const ROWS_AT_ONCE = 2000;

/** Removes what imports that crashed or were cancelled have left. To be called when a project is opened. */
export async function purgeUnready(db: Db): Promise<void> {
  const queries = purgeQueries(db);
  // Both lists first: an import that starts meanwhile is not ready either, and must stay.
  const sets = queries.unreadyPredictionSets();
  const datasets = queries.unreadyDatasets();
  for (const id of sets) await purgePredictionSet(db, id);
  for (const id of datasets) await purgeDataset(db, id);
}

/** Deletes a dataset and all that hangs on it, in short transactions; other work gets in between. */
export async function purgeDataset(db: Db, datasetId: number): Promise<void> {
  const queries = purgeQueries(db);
  for (const setId of queries.predictionSetsOf(datasetId)) await purgePredictionSet(db, setId);
  while (queries.deleteSomeAnnotations(datasetId, ROWS_AT_ONCE) > 0) await setImmediate();
  while (queries.deleteSomeImages(datasetId, ROWS_AT_ONCE) > 0) await setImmediate();
  queries.deleteDataset(datasetId);
}

/** Deletes a prediction set in short transactions. */
export async function purgePredictionSet(db: Db, setId: number): Promise<void> {
  const queries = purgeQueries(db);
  while (queries.deleteSomeBlobs(setId, ROWS_AT_ONCE) > 0) await setImmediate();
  queries.deletePredictionSet(setId);
}
