/**
 * Error types of TIDE (Bolya et al. 2020, as in tidecv 1.0.1).
 *
 * Per image the best `maxDets` predictions over all classes are kept, by falling score. Each takes the free ground
 * truth of its class with the highest IoU (the first of equals) and is a hit from the foreground IoU on. The rest is
 * tested for the types in the order box, class, duplicate, background; what fits none is both. Ground truth that the
 * protocol ignores is an ignore region: an unmatched prediction of its class with more than the foreground share of
 * its own area inside is left out of AP, yet may still explain why an object was missed.
 */
import type { ErrorType } from "../../domain/help/errors.ts";
import type { EvaluationParams } from "../../domain/protocols.ts";
import { countingSort } from "../group-rows.ts";
import { eachOverlappingPair } from "../failures/pairs.ts";
import { rulesOf } from "../failures/rules.ts";
import { scoreOrder } from "../failures/score-order.ts";
import type { EvaluationSet } from "../types.ts";

export interface ErrorOptions {
  readonly foreground: number;
  readonly background: number;
  /** Predictions kept of each image, over all classes. */
  readonly maxDets: number;
}

export const tideOptions = {
  foreground: 0.5,
  background: 0.1,
  maxDets: 100,
} as const satisfies ErrorOptions;

/** What became of a prediction; error types are codes 2 and up. */
export const LEFT_OUT = 0;
export const HIT = 1;
export const errorCodes = { loc: 2, cls: 3, dupe: 4, bkg: 5, both: 6 } as const satisfies Partial<
  Record<ErrorType, number>
>;

const NONE = -1;

/** Letters: N ground truths, P predictions; rows are rows of the set's columns. */
export interface ClassifiedErrors {
  /** [kept] rows of the kept predictions by falling score, equal scores by image and file order. */
  readonly order: Int32Array;
  /** [P] LEFT_OUT (beyond maxDets or in an ignored region), HIT or one of errorCodes. */
  readonly outcome: Uint8Array;
  /** [P] 1 for errors inside an ignore region, which AP does not see. */
  readonly unseen: Uint8Array;
  /** [P] ground truth hit (HIT), aimed at (loc, cls) or held by another (dupe); -1 for the rest. */
  readonly target: Int32Array;
  /** [N] 1 for ground truth that counts. */
  readonly counts: Uint8Array;
  /** [N] 1 where a prediction hit it. */
  readonly found: Uint8Array;
  /** [N] the highest-scoring prediction whose loc or cls error repairing would find it; -1 where there is none. */
  readonly repairedBy: Int32Array;
}

export function classifyErrors(
  set: EvaluationSet,
  params: EvaluationParams,
  options: ErrorOptions = tideOptions,
): ClassifiedErrors {
  const rules = rulesOf(set, params);
  const kept = keepBest(set, options.maxDets, rules.droppedPredictions);
  const counts = rules.droppedTruth.map((dropped, t) => 1 - (dropped | rules.ignored[t]!));
  const near = findNear(set, options, kept.isKept, counts, rules.droppedTruth);
  const P = set.predictions.image.length;
  const result = {
    order: kept.order,
    outcome: new Uint8Array(P),
    unseen: new Uint8Array(P),
    target: new Int32Array(P).fill(NONE),
    counts,
    found: new Uint8Array(counts.length),
    repairedBy: new Int32Array(counts.length).fill(NONE),
  };
  const predictionsOf = near.candidates;
  for (const p of kept.order) {
    const t = firstFree(predictionsOf.get(p), result.found);
    if (t === NONE) continue;
    result.outcome[p] = HIT;
    result.target[p] = t;
    result.found[t] = 1;
  }
  for (const p of kept.order) {
    if (result.outcome[p] === HIT) continue;
    result.unseen[p] = near.inIgnored[p]!;
    typeError(result, near, options, p);
  }
  return result;
}

/** The rules in TIDE's order; the first that fits wins. */
function typeError(
  result: Pick<ClassifiedErrors, "outcome" | "target" | "found" | "repairedBy">,
  near: Near,
  { foreground, background }: ErrorOptions,
  p: number,
): void {
  const { outcome, target, found, repairedBy } = result;
  const same = near.sameIou[p]!;
  if (same >= background && same <= foreground) {
    outcome[p] = errorCodes.loc;
    target[p] = near.sameTruth[p]!;
  } else if (near.otherIou[p]! >= foreground) {
    outcome[p] = errorCodes.cls;
    target[p] = near.otherTruth[p]!;
  } else if (same >= foreground) {
    outcome[p] = errorCodes.dupe;
    target[p] = near.sameTruth[p]!;
    return;
  } else {
    const isBackground = Math.max(same, near.otherIou[p]!) <= background;
    outcome[p] = isBackground ? errorCodes.bkg : errorCodes.both;
    return;
  }
  // Predictions come by falling score, so the first that aims at a free object is the one to repair.
  const t = target[p]!;
  if (found[t] === 0 && repairedBy[t] === NONE) repairedBy[t] = p;
}

function keepBest(set: EvaluationSet, maxDets: number, dropped: Uint8Array) {
  const imageCount = set.imageIds.length;
  const order = scoreOrder(set.predictions, imageCount);
  const isKept = new Uint8Array(order.length);
  const byImage = countingSort(set.predictions.image, imageCount, order);
  for (let i = 0; i < imageCount; i++) {
    let left = maxDets;
    for (let k = byImage.start[i]!; k < byImage.start[i + 1]! && left > 0; k++) {
      const p = byImage.rows[k]!;
      if (dropped[p] === 1) continue;
      isKept[p] = 1;
      left--;
    }
  }
  return { isKept, order: order.filter((p) => isKept[p] === 1) };
}

/** The best ground truth of each kind by IoU, the first of equals. */
interface Near {
  /** [P] of its class, and of the other classes. */
  readonly sameIou: Float64Array;
  readonly sameTruth: Int32Array;
  readonly otherIou: Float64Array;
  readonly otherTruth: Int32Array;
  /** [P] 1 where an ignore region of its class holds more than the foreground share of it. */
  readonly inIgnored: Uint8Array;
  /** By prediction: ground truth of its class from the foreground IoU on. */
  readonly candidates: ReadonlyMap<number, Candidate[]>;
}

interface Candidate {
  readonly truth: number;
  readonly iou: number;
}

function findNear(
  set: EvaluationSet,
  { foreground }: ErrorOptions,
  isKept: Uint8Array,
  counts: Uint8Array,
  droppedTruth: Uint8Array,
): Near {
  const P = isKept.length;
  const candidates = new Map<number, Candidate[]>();
  const near = {
    sameIou: new Float64Array(P),
    sameTruth: new Int32Array(P).fill(NONE),
    otherIou: new Float64Array(P),
    otherTruth: new Int32Array(P).fill(NONE),
    inIgnored: new Uint8Array(P),
    candidates,
  };
  eachOverlappingPair(
    {
      set,
      order: null,
      usesTruth: (t) => droppedTruth[t] === 0,
      usesPrediction: (p) => isKept[p] === 1,
    },
    (p, t, shared, predictionArea, truthArea) => {
      const isSame = set.truth.category[t] === set.predictions.category[p];
      if (counts[t] === 0) {
        if (isSame && shared / predictionArea > foreground) near.inIgnored[p] = 1;
        return;
      }
      const iou = shared / (predictionArea + truthArea - shared);
      if (!isSame) return keepFirstBest(near.otherIou, near.otherTruth, p, iou, t);
      keepFirstBest(near.sameIou, near.sameTruth, p, iou, t);
      if (iou < foreground) return;
      const list = candidates.get(p);
      if (list === undefined) candidates.set(p, [{ truth: t, iou }]);
      else list.push({ truth: t, iou });
    },
  );
  return near;
}

function keepFirstBest(best: Float64Array, truth: Int32Array, p: number, iou: number, t: number) {
  if (iou < best[p]! || (iou === best[p]! && t > truth[p]!)) return;
  best[p] = iou;
  truth[p] = t;
}

/** The free candidate of highest IoU, the first in the file among equals; -1 where there is none. */
function firstFree(candidates: readonly Candidate[] | undefined, found: Uint8Array): number {
  let best = NONE;
  let bestIou = 0;
  for (const { truth, iou } of candidates ?? []) {
    if (found[truth] === 1 || iou < bestIou) continue;
    if (iou === bestIou && best !== NONE && truth > best) continue;
    best = truth;
    bestIou = iou;
  }
  return best;
}
