import { setTimeout } from "node:timers/promises";
import type { Db } from "../../db/open.ts";
import { purgeQueries } from "../../db/queries/imports.ts";

const ROWS_AT_ONCE = 1000;
/** Fewer: one edit may hold thousands of boxes. */
const EDITS_AT_ONCE = 200;
/** Between two transactions, so that another connection gets its turn. */
const PAUSE_MS = 4;

/** Removes what imports that crashed or were cancelled have left. To be called when a project is opened. */
export async function purgeUnready(db: Db): Promise<void> {
  const queries = purgeQueries(db);
  // Both lists first: an import that starts meanwhile is not ready either, and must stay.
  const sets = queries.unreadyPredictionSets();
  const datasets = queries.unreadyDatasets();
  for (const id of sets) await purgePredictionSet(db, id);
  for (const id of datasets) await purgeDataset(db, id);
}

/** Takes a dataset out of sight at once, then deletes it as purgeDataset does. */
export async function removeDataset(db: Db, datasetId: number): Promise<void> {
  purgeQueries(db).hideDataset(datasetId);
  await purgeDataset(db, datasetId);
}

/** Takes a prediction set out of sight at once, then deletes it as purgePredictionSet does. */
export async function removePredictionSet(db: Db, setId: number): Promise<void> {
  purgeQueries(db).hidePredictionSet(setId);
  await purgePredictionSet(db, setId);
}

/** Deletes a dataset and all that hangs on it, in short transactions; other work gets in between. */
export async function purgeDataset(db: Db, datasetId: number): Promise<void> {
  const queries = purgeQueries(db);
  for (const setId of queries.predictionSetsOf(datasetId)) await purgePredictionSet(db, setId);
  while (queries.deleteSomeAnnotations(datasetId, ROWS_AT_ONCE) > 0) await setTimeout(PAUSE_MS);
  while (queries.deleteSomeEdits(datasetId, EDITS_AT_ONCE) > 0) await setTimeout(PAUSE_MS);
  while (queries.deleteSomeImages(datasetId, ROWS_AT_ONCE) > 0) await setTimeout(PAUSE_MS);
  queries.deleteDataset(datasetId);
}

/** Deletes a prediction set in short transactions. */
export async function purgePredictionSet(db: Db, setId: number): Promise<void> {
  const queries = purgeQueries(db);
  while (queries.deleteSomeBlobs(setId, ROWS_AT_ONCE) > 0) await setTimeout(PAUSE_MS);
  queries.deletePredictionSet(setId);
}
