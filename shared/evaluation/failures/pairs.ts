import { countingSort } from "../group-rows.ts";
import type { EvaluationSet } from "../types.ts";

export interface PairInput {
  readonly set: EvaluationSet;
  /** [P] the order in which the predictions of an image are visited; null for file order. */
  readonly order: Int32Array | null;
  readonly usesTruth: (row: number) => boolean;
  readonly usesPrediction: (row: number) => boolean;
}

/** areas in square pixels of the boxes themselves; `shared` is that of their intersection, never 0. */
export type VisitPair = (
  prediction: number,
  truth: number,
  shared: number,
  predictionArea: number,
  truthArea: number,
) => void;

/**
 * Visits every pair of a prediction and a ground truth of one image that overlap, whatever their classes: images in
 * turn, then predictions in `order`, then ground truth from left to right.
 */
export function eachOverlappingPair(input: PairInput, visit: VisitPair): void {
  const { set, order } = input;
  const imageCount = set.imageIds.length;
  const truths = countingSort(set.truth.image, imageCount, null);
  const predictions = countingSort(set.predictions.image, imageCount, order);
  for (let i = 0; i < imageCount; i++) {
    const rows = truths.rows
      .subarray(truths.start[i]!, truths.start[i + 1]!)
      .filter((row) => input.usesTruth(row));
    if (rows.length === 0) continue;
    const column = columnOf(set.truth.boxes, rows);
    for (let k = predictions.start[i]!; k < predictions.start[i + 1]!; k++) {
      const p = predictions.rows[k]!;
      if (input.usesPrediction(p)) visitOverlaps(set.predictions.boxes, p, column, visit);
    }
  }
}

/** The boxes of one image from left to right. */
export interface Column {
  /** [n] */
  readonly rows: Int32Array;
  /** [n] left edges, ascending. */
  readonly left: Float64Array;
  /** [n,4] top, right, bottom, area. */
  readonly rest: Float64Array;
  readonly widest: number;
}

/** Visits the boxes of the column that overlap box `p`, from left to right. boxes: [n,4] xywh pixels. */
export function visitOverlaps(
  boxes: Float64Array,
  p: number,
  { rows, left, rest, widest }: Column,
  visit: VisitPair,
): void {
  // The order of operations is that of the evaluators' own code, so that overlaps have the same bits.
  const x = boxes[4 * p]!;
  const y = boxes[4 * p + 1]!;
  const right = x + boxes[4 * p + 2]!;
  const bottom = y + boxes[4 * p + 3]!;
  const area = boxes[4 * p + 2]! * boxes[4 * p + 3]!;
  for (let g = firstAbove(left, x - widest); g < rows.length && left[g]! < right; g++) {
    const width = Math.min(right, rest[4 * g + 1]!) - Math.max(x, left[g]!);
    if (width <= 0) continue;
    const height = Math.min(bottom, rest[4 * g + 2]!) - Math.max(y, rest[4 * g]!);
    if (height > 0) visit(p, rows[g]!, width * height, area, rest[4 * g + 3]!);
  }
}

/** The first place in ascending `values` whose value is not below `bound`. */
function firstAbove(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** boxes: [n,4] xywh pixels; unsorted: the rows that take part. */
export function columnOf(boxes: Float64Array, unsorted: Int32Array): Column {
  const rows = unsorted.slice().sort((a, b) => boxes[4 * a]! - boxes[4 * b]! || a - b);
  const left = new Float64Array(rows.length);
  const rest = new Float64Array(4 * rows.length);
  let widest = 0;
  for (let g = 0; g < rows.length; g++) {
    const at = 4 * rows[g]!;
    left[g] = boxes[at]!;
    rest[4 * g] = boxes[at + 1]!;
    rest[4 * g + 1] = boxes[at]! + boxes[at + 2]!;
    rest[4 * g + 2] = boxes[at + 1]! + boxes[at + 3]!;
    rest[4 * g + 3] = boxes[at + 2]! * boxes[at + 3]!;
    // As it is compared: a width that rounding added to the right edge must not be lost.
    widest = Math.max(widest, rest[4 * g + 1]! - left[g]!);
  }
  return { rows, left, rest, widest };
}
