import type { AreaRange } from "../../domain/protocols.ts";
import { matchRange, type MatchMasks } from "../failures/match-range.ts";
import { findOverlaps, type Overlaps } from "../failures/overlaps.ts";
import { scoreOrder } from "../failures/score-order.ts";
import type { EvaluationSet } from "../types.ts";
import { dropInRegions, type Dropped } from "./regions.ts";
import { visDroneThresholds } from "./thresholds.ts";

/** What does not depend on maxDets or area range. */
export interface VisDroneSet {
  readonly set: EvaluationSet;
  readonly dropped: Dropped;
  /** [P] prediction rows by descending score. */
  readonly order: Int32Array;
  /** [P] how many rows of its image stand before it in the file, of any class, those in ignored regions left out. */
  readonly fileRank: Int32Array;
  readonly overlaps: Overlaps;
}

/** Drops what lies in ignored regions, then ranks and overlaps the rest. */
export function prepareVisDrone(
  set: EvaluationSet,
  thresholds: readonly number[] = visDroneThresholds,
): VisDroneSet {
  const dropped = dropInRegions(set);
  const overlaps = findOverlaps(set, {
    lowest: thresholds[0]!,
    absorbs: set.truth.ignore,
    droppedTruth: dropped.truth,
    droppedPredictions: dropped.predictions,
  });
  const imageCount = set.imageIds.length;
  return {
    set,
    dropped,
    order: scoreOrder(set.predictions, imageCount),
    fileRank: fileRanks(set.predictions.image, dropped.predictions, imageCount),
    overlaps,
  };
}

/** [P] 1 for predictions of a scored class that stand among the first `maxDets` rows of their image. */
export function admittedRows({ set, dropped, fileRank }: VisDroneSet, maxDets: number): Uint8Array {
  const { category } = set.predictions;
  const admitted = new Uint8Array(category.length);
  for (let p = 0; p < admitted.length; p++)
    if (fileRank[p]! < maxDets && dropped.predictions[p] === 0 && category[p]! >= 0)
      admitted[p] = 1;
  return admitted;
}

/** Hits and ignored predictions at every threshold, for one area range and one maxDets. */
export function matchVisDrone(
  prepared: VisDroneSet,
  range: AreaRange,
  maxDets: number,
  thresholds: readonly number[] = visDroneThresholds,
): MatchMasks {
  const { truth, predictions } = prepared.set;
  const outside = (area: number) => area < range.low || area > range.high;
  const ignoredUnmatched = new Uint8Array(predictions.score.length);
  for (let p = 0; p < ignoredUnmatched.length; p++)
    if (outside(predictions.boxes[4 * p + 2]! * predictions.boxes[4 * p + 3]!))
      ignoredUnmatched[p] = 1;
  return matchRange({
    order: prepared.order,
    admitted: admittedRows(prepared, maxDets),
    overlaps: prepared.overlaps,
    thresholds,
    ignored: truth.ignore.map((flag, t) => (flag === 1 || outside(truth.area[t]!) ? 1 : 0)),
    absorbs: truth.ignore,
    ignoredUnmatched,
  });
}

function fileRanks(image: Int32Array, dropped: Uint8Array, imageCount: number): Int32Array {
  const next = new Int32Array(imageCount);
  return image.map((of, p) => (dropped[p] === 1 ? next[of]! : next[of]!++));
}
