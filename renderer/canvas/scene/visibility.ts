import { BELOW_SCORE, HIT, UNMATCHED, type Judgement, type Scene } from "./scene.ts";

/** What the user has switched on. */
export interface Shown {
  readonly truth: boolean;
  readonly predictions: boolean;
  /** Verdict codes; null for all. */
  readonly verdicts: ReadonlySet<number> | null;
}

/** Drawn neither as a box nor as a marker. */
export const HIDDEN = 0;
/** Drawn as a box; as a marker only its match is drawn, which lies in the same place. */
export const BOX_ONLY = 1;
export const FULL = 2;

/** [N] HIDDEN, BOX_ONLY or FULL for each object. */
export function visibility(scene: Scene, judgement: Judgement, shown: Shown): Uint8Array {
  const result = new Uint8Array(scene.count);
  for (let i = 0; i < scene.count; i += 1) {
    const verdict = judgement.verdict[i]!;
    const isOn = i < scene.truthCount ? shown.truth : shown.predictions;
    if (!isOn || verdict === BELOW_SCORE) continue;
    if (shown.verdicts !== null && !shown.verdicts.has(verdict)) continue;
    const isDouble =
      i >= scene.truthCount && verdict === HIT && judgement.match[i] !== UNMATCHED && shown.truth;
    result[i] = isDouble ? BOX_ONLY : FULL;
  }
  return result;
}
