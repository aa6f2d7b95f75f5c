/** Resamples as plain sets: images repeated instead of weighted, scored by a full evaluation. */
import type { EvaluationParams } from "../../../../shared/domain/protocols.ts";
import { evaluate } from "../../../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";

/** AP and AP at 0.5 by range, from a full evaluation with each range as the headline in turn. */
export function fullAps(set: EvaluationSet, params: EvaluationParams) {
  return params.areaRanges.map((range) => {
    const only = { ...params, areaRanges: [{ ...range, label: "all" }] };
    const { summary } = evaluate(set, only);
    return { ap: summary["AP"] ?? null, ap50: summary["AP50"] ?? null };
  });
}

/** The set with image i repeated weights[i] times, the copies side by side. */
export function repeated(set: EvaluationSet, weights: Int32Array): EvaluationSet {
  const copies: number[] = [];
  weights.forEach((count, i) => copies.push(...new Array<number>(count).fill(i)));
  const rowsOf = (image: Int32Array) =>
    copies.flatMap((original, copy) =>
      [...image.keys()].filter((row) => image[row] === original).map((row) => ({ row, copy })),
    );
  const truth = rowsOf(set.truth.image);
  const predictions = rowsOf(set.predictions.image);
  const boxesOf = (boxes: Float64Array, rows: readonly { row: number }[]) =>
    Float64Array.from(rows.flatMap(({ row }) => [...boxes.subarray(4 * row, 4 * row + 4)]));
  return {
    ...set,
    imageIds: copies.map((_, copy) => copy + 1),
    truth: {
      image: Int32Array.from(truth, ({ copy }) => copy),
      category: Int32Array.from(truth, ({ row }) => set.truth.category[row]!),
      boxes: boxesOf(set.truth.boxes, truth),
      area: Float64Array.from(truth, ({ row }) => set.truth.area[row]!),
      crowd: Uint8Array.from(truth, ({ row }) => set.truth.crowd[row]!),
      ignore: Uint8Array.from(truth, ({ row }) => set.truth.ignore[row]!),
    },
    predictions: {
      image: Int32Array.from(predictions, ({ copy }) => copy),
      category: Int32Array.from(predictions, ({ row }) => set.predictions.category[row]!),
      boxes: boxesOf(set.predictions.boxes, predictions),
      score: Float64Array.from(predictions, ({ row }) => set.predictions.score[row]!),
    },
  };
}

/** No two equal scores in one image, yet many between images. */
export function withoutTiesInImages(set: EvaluationSet): EvaluationSet {
  const next = new Map<number, number>();
  const score = Float64Array.from(set.predictions.image, (image) => {
    const place = (next.get(image) ?? 0) + 1;
    next.set(image, place);
    return ((place * 17) % 31) / 31;
  });
  return { ...set, predictions: { ...set.predictions, score } };
}
