/**
 * Ground truth laid out for matching: the boxes of one class and image lie side by side.
 * Letters: A area ranges, K classes, N truth. "Grouped" order is by class, then image, then file order.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { groupByClassAndImage } from "./group-rows.ts";
import type { EvaluationSet, TruthColumns } from "./types.ts";

export interface GroupedTruth {
  /** [K+1] where each class begins in the grouped arrays. */
  readonly classStart: Int32Array;
  /** [N] grouped: row of the truth columns. */
  readonly row: Int32Array;
  /** [N] grouped: index of the image. */
  readonly image: Int32Array;
  /** [N,4] grouped: left, top, right, bottom in pixels, right = x + w as the evaluators compute it. */
  readonly edges: Float64Array;
  /** [N] grouped: w * h of the box, not the annotation's own area. */
  readonly boxArea: Float64Array;
  /** [N] file order: 1 where any number of predictions may match. */
  readonly crowd: Uint8Array;
  /** [N] file order: a bit for each area range in which the ground truth does not count. */
  readonly ignoredIn: Uint16Array;
}

export function groupTruth(set: EvaluationSet, params: EvaluationParams): GroupedTruth {
  const { truth } = set;
  const { rows, classStart } = groupByClassAndImage(
    truth,
    set.categoryIds.length,
    set.imageIds.length,
  );
  const count = rows.length;
  const image = new Int32Array(count);
  const edges = new Float64Array(4 * count);
  const boxArea = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const row = rows[at]!;
    image[at] = truth.image[row]!;
    placeEdges(truth.boxes, row, edges, at);
    boxArea[at] = truth.boxes[4 * row + 2]! * truth.boxes[4 * row + 3]!;
  }
  return {
    classStart,
    row: rows,
    image,
    edges,
    boxArea,
    crowd: crowdFlags(truth, params),
    ignoredIn: ignoredRanges(truth, params),
  };
}

/** Writes box `row` of [N,4] xywh as left, top, right, bottom at place `at` of [N,4]. */
export function placeEdges(
  boxes: Float64Array,
  row: number,
  edges: Float64Array,
  at: number,
): void {
  const x = boxes[4 * row]!;
  const y = boxes[4 * row + 1]!;
  edges[4 * at] = x;
  edges[4 * at + 1] = y;
  edges[4 * at + 2] = x + boxes[4 * row + 2]!;
  edges[4 * at + 3] = y + boxes[4 * row + 3]!;
}

/** SODA-D's evaluator knows no crowds: each ground truth is matched once. */
export function crowdFlags(truth: TruthColumns, params: EvaluationParams): Uint8Array {
  return params.protocol === "soda-d" ? new Uint8Array(truth.crowd.length) : truth.crowd;
}

/** [N] bits of the area ranges in which each ground truth is ignored, by its flag or by the annotation's area. */
export function ignoredRanges(truth: TruthColumns, params: EvaluationParams): Uint16Array {
  // pycocotools overwrites a file's own `ignore` by `iscrowd`; SODA-D's evaluator does the opposite.
  const flags = params.protocol === "soda-d" ? truth.ignore : truth.crowd;
  const everyRange = (1 << params.areaRanges.length) - 1;
  const limits = areaLimits(params);
  const ignored = new Uint16Array(flags.length);
  for (let row = 0; row < flags.length; row++)
    ignored[row] = flags[row] ? everyRange : everyRange & ~rangeBits(truth.area[row]!, limits);
  return ignored;
}

/** A bit for each area range that holds `area`; both ends are closed, so a border area is in two. */
export function rangesHolding(area: number, params: EvaluationParams): number {
  return rangeBits(area, areaLimits(params));
}

/** As rangesHolding, with the limits of `areaLimits`: for loops over many areas. */
export function rangeBits(area: number, limits: Float64Array): number {
  let bits = 0;
  for (let at = 0, bit = 1; at < limits.length; at += 2, bit <<= 1)
    if (area >= limits[at]! && area <= limits[at + 1]!) bits |= bit;
  return bits;
}

/** [A,2] low and high of each area range. */
export function areaLimits({ areaRanges }: EvaluationParams): Float64Array {
  return Float64Array.from(areaRanges.flatMap(({ low, high }) => [low, high]));
}
