import { countingSort } from "../group-rows.ts";
import { ScoreSorter } from "../sort-scores.ts";
import type { PredictionColumns } from "../types.ts";

/**
 * [P] prediction rows by descending score. Equal scores keep ascending images and, within an image, file order: the
 * order in which every protocol here walks them.
 */
export function scoreOrder({ image, score }: PredictionColumns, imageCount: number): Int32Array {
  const byImage = countingSort(image, imageCount, null).rows;
  const scores = new Float64Array(score.length);
  for (let k = 0; k < scores.length; k++) scores[k] = score[byImage[k]!]!;
  const order = new ScoreSorter().sort(scores, scores.length).subarray(0, scores.length);
  return order.map((k) => byImage[k]!);
}
