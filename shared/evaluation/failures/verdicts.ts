import type { FailureReason, Verdict } from "../../api/images.ts";
import type { EvaluationSet } from "../types.ts";
import { UNMATCHED, type Judgement } from "./judge.ts";
import { NEAR_IOU } from "./neighbours.ts";

/** What the codes in Verdicts stand for. */
export const verdictNames = [
  "hit",
  "miss",
  "false-alarm",
  "ignored",
  "below-score",
] as const satisfies readonly Verdict[];

export const HIT = 0;
export const MISS = 1;
export const FALSE_ALARM = 2;
export const IGNORED = 3;
export const BELOW_SCORE = 4;

/** Codes: indices into verdictNames. */
export interface Verdicts {
  /** [N] HIT, MISS or IGNORED. */
  readonly truth: Uint8Array;
  /** [P] HIT, FALSE_ALARM, IGNORED or BELOW_SCORE. */
  readonly prediction: Uint8Array;
}

/** The verdict on every box at a score threshold; predictions of exactly that score still count. */
export function verdictsAt(
  judgement: Judgement,
  { predictions: { score } }: EvaluationSet,
  threshold: number,
): Verdicts {
  const { truthMatch, truthIgnored, predictionMatch, predictionIgnored } = judgement;
  const truth = new Uint8Array(truthMatch.length);
  for (let t = 0; t < truth.length; t++) {
    const match = truthMatch[t]!;
    if (truthIgnored[t] === 1) truth[t] = IGNORED;
    else truth[t] = match !== UNMATCHED && score[match]! >= threshold ? HIT : MISS;
  }
  const prediction = new Uint8Array(predictionMatch.length);
  for (let p = 0; p < prediction.length; p++) {
    if (score[p]! < threshold) prediction[p] = BELOW_SCORE;
    else if (predictionIgnored[p] === 1) prediction[p] = IGNORED;
    else prediction[p] = predictionMatch[p] === UNMATCHED ? FALSE_ALARM : HIT;
  }
  return { truth, prediction };
}

/** A reason, and the row of the box of the other kind that shows it; UNMATCHED where none overlaps. */
export interface Reason {
  readonly reason: FailureReason;
  readonly other: number;
}

/**
 * Why ground truth `t`, a miss at this score threshold, was missed: the nearest cause first.
 * `no-detection` includes an object whose only good prediction was spent on another object.
 */
export function reasonOfMiss(
  { truthMatch, causes, nearestPrediction }: Judgement,
  { predictions: { score } }: EvaluationSet,
  t: number,
  threshold: number,
): Reason {
  const match = truthMatch[t]!;
  if (match !== UNMATCHED) return { reason: "below-score", other: match };
  const explains = (p: number) => p !== UNMATCHED && score[p]! >= threshold;
  const cut = causes.beyondMaxDets[t]!;
  if (explains(cut)) return { reason: "beyond-max-dets", other: cut };
  const wrong = causes.wrongClass[t]!;
  if (explains(wrong)) return { reason: "wrong-class", other: wrong };
  const poor = causes.poorBox[t]!;
  if (explains(poor)) return { reason: "poor-box", other: poor };
  if (cut !== UNMATCHED) return { reason: "below-score", other: cut };
  return { reason: "no-detection", other: nearestPrediction[t]! };
}

/**
 * Why prediction `p`, a false alarm, matched nothing; the same at every score threshold, since whoever took its
 * object scores higher. A box that overlaps some object too little is a poor box, whatever the object's class.
 */
export function reasonOfFalseAlarm(judgement: Judgement, p: number): Reason {
  const { iou, bestIou, bestTruth, bestIouAnyClass, bestTruthAnyClass } = judgement;
  if (bestIou[p]! >= iou) return { reason: "duplicate", other: bestTruth[p]! };
  const near = bestTruthAnyClass[p]!;
  if (bestIouAnyClass[p]! >= iou) return { reason: "wrong-class", other: near };
  if (bestIou[p]! >= NEAR_IOU) return { reason: "poor-box", other: bestTruth[p]! };
  if (bestIouAnyClass[p]! >= NEAR_IOU) return { reason: "poor-box", other: near };
  return { reason: "background", other: near };
}
