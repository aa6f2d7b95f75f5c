import type { AnnotationView, PredictionView, Verdict } from "../../../shared/api/images.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { buildGridIndex, type GridIndex } from "./grid-index.ts";

/** Verdicts by code, so that they fit a byte. `unjudged`: there is no run. */
export const verdictNames = [
  "unjudged",
  "hit",
  "miss",
  "false-alarm",
  "ignored",
  "below-score",
] as const satisfies readonly (Verdict | "unjudged")[];

export const UNJUDGED = 0;
export const HIT = 1;
export const MISS = 2;
export const FALSE_ALARM = 3;
export const IGNORED = 4;
export const BELOW_SCORE = 5;

/** Stands where an object has no match. */
export const UNMATCHED = -1;

/**
 * The objects of one image as columns: the ground truths first, then the predictions, both in file order.
 * An object is known by its place in these columns.
 */
export interface Scene {
  readonly truthCount: number;
  readonly count: number;
  /** [N,4] xywh image pixels. */
  readonly boxes: Float64Array;
  /** [N] 0..1; 1 for ground truths. */
  readonly score: Float64Array;
  readonly category: Int32Array;
  /** [N] verdict codes when no prediction is cut off by its score. */
  readonly verdict: Uint8Array;
  /** [N] place of the match, or UNMATCHED. */
  readonly match: Int32Array;
  readonly index: GridIndex;
}

/** What each object counts as at one score threshold. */
export interface Judgement {
  /** [N] verdict codes. */
  readonly verdict: Uint8Array;
  /** [N] place of the match, or UNMATCHED. */
  readonly match: Int32Array;
}

/** Both lists as the host judged them with a score threshold of 0. */
export function buildScene(
  annotations: readonly AnnotationView[],
  predictions: readonly PredictionView[],
): Scene {
  const truthCount = annotations.length;
  const count = truthCount + predictions.length;
  const boxes = new Float64Array(count * 4);
  const score = new Float64Array(count).fill(1);
  const category = new Int32Array(count);
  const verdict = new Uint8Array(count);
  const match = new Int32Array(count).fill(UNMATCHED);
  annotations.forEach((truth, i) => {
    boxes.set(truth.box, i * 4);
    category[i] = truth.categoryId;
    verdict[i] = verdictNames.indexOf(truth.verdict ?? "unjudged");
    if (truth.match !== null) match[i] = truthCount + truth.match;
  });
  predictions.forEach((prediction, k) => {
    const i = truthCount + k;
    boxes.set(prediction.box, i * 4);
    category[i] = prediction.categoryId;
    score[i] = prediction.score;
    verdict[i] = verdictNames.indexOf(prediction.verdict);
    if (prediction.match !== null) match[i] = prediction.match;
  });
  const index = buildGridIndex(boxes);
  return { truthCount, count, boxes, score, category, verdict, match, index };
}

/**
 * The verdicts at a score threshold. Matching goes through the predictions from the highest score down, so cutting
 * off the low ones never changes what a higher one has matched: only their own matches come undone.
 */
export function judgeAt(scene: Scene, threshold: number): Judgement {
  const verdict = scene.verdict.slice();
  const match = scene.match.slice();
  for (let i = scene.truthCount; i < scene.count; i += 1) {
    if (scene.score[i]! >= threshold) continue;
    verdict[i] = BELOW_SCORE;
    match[i] = UNMATCHED;
  }
  for (let i = 0; i < scene.truthCount; i += 1) {
    const by = match[i]!;
    if (by === UNMATCHED || verdict[by] !== BELOW_SCORE) continue;
    match[i] = UNMATCHED;
    if (verdict[i] === HIT) verdict[i] = MISS;
  }
  return { verdict, match };
}

export function isTruth(scene: Scene, object: number): boolean {
  return object < scene.truthCount;
}

export function boxOf(scene: Scene, object: number): XywhPixels {
  const at = object * 4;
  return [scene.boxes[at]!, scene.boxes[at + 1]!, scene.boxes[at + 2]!, scene.boxes[at + 3]!];
}

/** How many objects have each verdict, by code. */
export function verdictCounts({ verdict }: Judgement): number[] {
  const counts = new Array<number>(verdictNames.length).fill(0);
  for (const code of verdict) counts[code]! += 1;
  return counts;
}
