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
export function verdictsAt(judgement: Judgement, set: EvaluationSet, threshold: number): Verdicts {
  const truth = new Uint8Array(judgement.truthMatch.length);
  for (let t = 0; t < truth.length; t++) truth[t] = truthVerdict(judgement, set, t, threshold);
  const prediction = new Uint8Array(judgement.predictionMatch.length);
  for (let p = 0; p < prediction.length; p++)
    prediction[p] = predictionVerdict(judgement, set, p, threshold);
  return { truth, prediction };
}

/** The verdict on ground truth `t` alone. */
export function truthVerdict(
  { truthMatch, truthIgnored }: Judgement,
  { predictions: { score } }: EvaluationSet,
  t: number,
  threshold: number,
): typeof HIT | typeof MISS | typeof IGNORED {
  if (truthIgnored[t] === 1) return IGNORED;
  const match = truthMatch[t]!;
  return match !== UNMATCHED && score[match]! >= threshold ? HIT : MISS;
}

/** The verdict on prediction `p` alone. */
export function predictionVerdict(
  { predictionMatch, predictionIgnored }: Judgement,
  { predictions: { score } }: EvaluationSet,
  p: number,
  threshold: number,
): typeof HIT | typeof FALSE_ALARM | typeof IGNORED | typeof BELOW_SCORE {
  if (score[p]! < threshold) return BELOW_SCORE;
  if (predictionIgnored[p] === 1) return IGNORED;
  return predictionMatch[p] === UNMATCHED ? FALSE_ALARM : HIT;
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
