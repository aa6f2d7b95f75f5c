import type { PredictionColumns } from "./types.ts";

/** The predictions whose score is at least `threshold`, in the same order. */
export function atOrAbove(predictions: PredictionColumns, threshold: number): PredictionColumns {
  const { image, category, boxes, score } = predictions;
  const isKept = (_: number, row: number) => score[row]! >= threshold;
  return {
    image: image.filter(isKept),
    category: category.filter(isKept),
    boxes: boxes.filter((_, i) => score[i >> 2]! >= threshold),
    score: score.filter(isKept),
  };
}
