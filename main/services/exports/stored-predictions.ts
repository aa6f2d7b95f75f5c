import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { unpackPredictions } from "../../db/prediction-blob.ts";
import { exportQueries } from "../../db/queries/exports.ts";
import type { PredictionsToWrite } from "../../formats/write-predictions.ts";

/** A prediction set as writers take it, read image by image. Throws `prediction-set/not-found`. */
export function storedPredictions(db: Db, setId: number): PredictionsToWrite {
  const queries = exportQueries(db);
  const set = queries.predictionSet(setId);
  if (set === null) {
    throw new AppError(
      "prediction-set/not-found",
      `There is no prediction set ${setId} in this project; it may have been removed.`,
    );
  }
  const categories = queries.categories(set.datasetId);
  const sourceIds = new Map(categories.map(({ id, sourceId }) => [id, sourceId]));
  const images = queries.images(set.datasetId);
  return {
    categories,
    images,
    predictionsOf(index) {
      const data = queries.predictions(setId, images[index]!.id);
      if (data === null) return [];
      const { boxes, scores, categoryIds } = unpackPredictions(data);
      // Array.sort is stable: equal scores keep their order, which decides which of them is taken first.
      const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
      return order.map((at) => ({
        categorySourceId: sourceIds.get(categoryIds[at]!) ?? null,
        box: [boxes[4 * at]!, boxes[4 * at + 1]!, boxes[4 * at + 2]!, boxes[4 * at + 3]!] as const,
        score: scores[at]!,
      }));
    },
  };
}
