/**
 * How each box fares at one IoU threshold: the matching behind the grid, the image view and the failures.
 *
 * One matching serves every score threshold. The walk goes by descending score, and a prediction's match depends only
 * on the predictions before it; so leaving out all those below a score cuts the walk short and changes nothing above.
 * (The maxDets cut comes before the score threshold, as in the protocols.)
 *
 * Letters: N ground truths, P predictions; rows are rows of the set's columns.
 */
import type { EvaluationParams } from "../../domain/protocols.ts";
import { areaLimits, rangeBits } from "../group-truth.ts";
import type { EvaluationSet } from "../types.ts";
import { findNeighbours, type Neighbours } from "./neighbours.ts";
import { findOverlaps } from "./overlaps.ts";
import { beyondMaxDets, rulesOf } from "./rules.ts";
import { scoreOrder } from "./score-order.ts";

export const UNMATCHED = -1;

export interface Judgement extends Neighbours {
  readonly iou: number;
  /** [N] row of the prediction that found it, whatever its score; UNMATCHED where none did. */
  readonly truthMatch: Int32Array;
  /** [N] 1 where the object counts neither way: by its flag, its class, an ignored region, or outside every range. */
  readonly truthIgnored: Uint8Array;
  /** [P] row of the ground truth it matched, ignored ones included; else UNMATCHED. */
  readonly predictionMatch: Int32Array;
  /** [P] 1 where the prediction counts neither way, those beyond maxDets included. */
  readonly predictionIgnored: Uint8Array;
  /** [P] 1 where the largest maxDets leaves the prediction out. */
  readonly beyondMaxDets: Uint8Array;
}

/**
 * Matches the whole set at one IoU threshold, 0..1, under the protocol's rules of ignoring and maxDets. Area ranges
 * only tell which objects are outside all of them; buckets are for the caller to filter by.
 */
export function judge(set: EvaluationSet, params: EvaluationParams, iou: number): Judgement {
  const rules = rulesOf(set, params);
  const order = scoreOrder(set.predictions, set.imageIds.length);
  const beyond = beyondMaxDets(set, params, order, rules.uncounted);
  // pycocotools lets an overlap a hair below a threshold of 1 match; VisDrone's toolkit does not.
  const lowest = params.protocol === "visdrone" ? iou : Math.min(iou, 1 - 1e-10);
  const overlaps = findOverlaps(set, {
    lowest,
    absorbs: rules.absorbs,
    droppedTruth: rules.droppedTruth,
    droppedPredictions: rules.droppedPredictions,
  });
  const limits = areaLimits(params);
  const truthIgnored = new Uint8Array(set.truth.image.length);
  for (let t = 0; t < truthIgnored.length; t++)
    if (rules.ignored[t] || rules.droppedTruth[t] || rangeBits(set.truth.area[t]!, limits) === 0)
      truthIgnored[t] = 1;

  const truthMatch = new Int32Array(truthIgnored.length).fill(UNMATCHED);
  const predictionMatch = new Int32Array(order.length).fill(UNMATCHED);
  const predictionIgnored = new Uint8Array(order.length);
  for (const p of order) {
    if (rules.droppedPredictions[p] === 1 || beyond[p] === 1) {
      predictionIgnored[p] = 1;
      continue;
    }
    const match = bestFree(overlaps, p, truthIgnored, truthMatch, rules.absorbs);
    predictionMatch[p] = match;
    if (match === UNMATCHED) predictionIgnored[p] = Number(outsideEveryRange(set, limits, p));
    else {
      predictionIgnored[p] = truthIgnored[match]!;
      if (truthMatch[match] === UNMATCHED) truthMatch[match] = p;
    }
  }
  const neighbours = findNeighbours(set, {
    order,
    iou: lowest,
    unexplaining: rules.unexplaining,
    droppedPredictions: rules.droppedPredictions,
    beyond,
    predictionMatch,
  });
  return {
    iou,
    truthMatch,
    truthIgnored,
    predictionMatch,
    predictionIgnored,
    beyondMaxDets: beyond,
    ...neighbours,
  };
}

/** The candidate of highest overlap that counts and is free; only where there is none, an ignored one. */
function bestFree(
  overlaps: ReturnType<typeof findOverlaps>,
  p: number,
  truthIgnored: Uint8Array,
  truthMatch: Int32Array,
  absorbs: Uint8Array,
): number {
  let fallback = UNMATCHED;
  for (let k = overlaps.start[p]!; k < overlaps.end[p]!; k++) {
    const t = overlaps.truth[k]!;
    if (truthMatch[t] !== UNMATCHED && absorbs[t] === 0) continue;
    if (truthIgnored[t] === 0) return t;
    if (fallback === UNMATCHED) fallback = t;
  }
  return fallback;
}

function outsideEveryRange(set: EvaluationSet, limits: Float64Array, p: number): boolean {
  const { boxes } = set.predictions;
  return rangeBits(boxes[4 * p + 2]! * boxes[4 * p + 3]!, limits) === 0;
}
