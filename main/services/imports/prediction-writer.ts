import { packPredictions } from "../../db/prediction-blob.ts";
import type { Db } from "../../db/open.ts";
import { importQueries } from "../../db/queries/imports.ts";
import type { Pace } from "./pace.ts";
import { PacedWrites } from "./paced-writes.ts";
import type { KnownDataset } from "./prediction-source.ts";
import type { PredictionTable } from "./prediction-table.ts";

/** Stores a table as a prediction set that is not ready yet, one packed block an image. Returns its id. */
export function writePredictions(
  db: Db,
  set: { readonly datasetId: number; readonly name: string; readonly source: string },
  table: PredictionTable,
  known: KnownDataset,
  pace: Pace,
): number {
  const queries = importQueries(db);
  const writes = new PacedWrites(db);
  try {
    let imageCount = 0;
    table.forEachImage(known.images.length, () => (imageCount += 1));
    const setId = queries.insertPredictionSet({
      ...set,
      predictionCount: table.count,
      imageCount,
      createdAt: Date.now(),
    });
    let done = 0;
    table.forEachImage(known.images.length, (image, packed) => {
      pace.at("Storing predictions", done, imageCount, "images");
      const data = packPredictions(packed);
      writes.write(() => {
        queries.insertPredictionBlob(setId, known.images[image]!.id, packed.scores.length, data);
      });
      done += 1;
    });
    writes.end();
    return setId;
  } catch (error) {
    writes.abandon();
    throw error;
  }
}
