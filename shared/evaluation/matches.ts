/**
 * What matching leaves behind: everything that scores, error analysis and resampling need, in packed arrays.
 * Letters: T IoU thresholds (10), K classes, A area ranges, M maxDets, I images, N truth, P predictions;
 * D predictions that some maxDets admits, C of them that overlap a ground truth of their class by 0.5 or more.
 *
 * Predictions stand in the order in which pycocotools accumulates them: class by class, and within a class by
 * descending score, equal scores by ascending image and then in file order.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { ALL_THRESHOLDS } from "./thresholds.ts";

export interface Matches {
  readonly params: EvaluationParams;
  readonly classCount: number;
  readonly imageCount: number;
  /** [K+1] where each class begins in the arrays of length D; the last entry is D. */
  readonly classStart: Int32Array;
  /** [D] row of the prediction columns. */
  readonly row: Int32Array;
  /** [D] index of its image. */
  readonly image: Int32Array;
  /** [D] */
  readonly score: Float64Array;
  /** [D] index into maxDets of the smallest that still admits this prediction. */
  readonly admittedBy: Uint8Array;
  /** [D] a bit for each area range that holds the prediction's own w*h. */
  readonly inRange: Uint16Array;
  /** [D] row of `hits` and `ignored`, or NO_CANDIDATE where no ground truth of the class overlaps enough. */
  readonly candidate: Int32Array;
  /** [C,A] a bit for each IoU threshold at which the prediction hits a ground truth that counts. */
  readonly hits: Uint16Array;
  /** [C,A] a bit for each IoU threshold at which the prediction counts neither way. */
  readonly ignored: Uint16Array;
  /** [N] in the order of the truth columns: a bit for each area range in which the ground truth counts. */
  readonly truthCounts: Uint16Array;
  /** [N,A] a bit for each IoU threshold at which some prediction took this ground truth (at the largest maxDets). */
  readonly truthTaken: Uint16Array;
}

export const NO_CANDIDATE = -1;

/** The IoU thresholds, as bits, at which the prediction at `position` is a true positive in area range `range`. */
export function hitsAt(matches: Matches, position: number, range: number): number {
  const candidate = matches.candidate[position]!;
  if (candidate === NO_CANDIDATE) return 0;
  return matches.hits[candidate * matches.params.areaRanges.length + range]!;
}

/** The IoU thresholds, as bits, at which the prediction at `position` counts neither way in area range `range`. */
export function ignoredAt(matches: Matches, position: number, range: number): number {
  const candidate = matches.candidate[position]!;
  if (candidate !== NO_CANDIDATE)
    return matches.ignored[candidate * matches.params.areaRanges.length + range]!;
  return (matches.inRange[position]! >> range) & 1 ? 0 : ALL_THRESHOLDS;
}
