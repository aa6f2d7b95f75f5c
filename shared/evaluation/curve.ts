/**
 * Precision at 101 recall levels for one class, area range and maxDets, at all IoU thresholds.
 * Letters: T IoU thresholds, R recall thresholds.
 *
 * Precision falls between true positives and rises at them, so its envelope and the place where each recall level
 * is reached are found at true positives alone.
 */
import { iouThresholds, recallThresholds } from "./thresholds.ts";

const T = iouThresholds.length;
const R = recallThresholds.length;

/** numpy's spacing(1), which pycocotools adds to the denominator of precision. */
const EPSILON = 2.220446049250313e-16;

/** The true positives of one curve family, by descending score. */
export class HitList {
  /** [T] true positives so far. */
  readonly count = new Int32Array(T);
  /** [T] false positives so far among predictions with candidates. */
  readonly falsePositives = new Int32Array(T);
  /** [T,capacity] false positives before each true positive. */
  #falseBefore = new Int32Array(0);
  /** [T,capacity] position of each true positive in the matches. */
  #position = new Int32Array(0);
  #capacity = 0;

  reset(capacity: number): void {
    this.count.fill(0);
    this.falsePositives.fill(0);
    this.#capacity = capacity;
    if (T * capacity <= this.#position.length) return;
    this.#falseBefore = new Int32Array(T * capacity);
    this.#position = new Int32Array(T * capacity);
  }

  /**
   * A prediction with candidates. hits, misses: bits of the thresholds at which it is a true or a false positive;
   * plainFalse: false positives without candidates before it.
   */
  add(position: number, hits: number, misses: number, plainFalse: number): void {
    for (let bits = hits; bits !== 0; bits &= bits - 1) {
      const t = 31 - Math.clz32(bits & -bits);
      const slot = t * this.#capacity + this.count[t]!++;
      this.#position[slot] = position;
      this.#falseBefore[slot] = plainFalse + this.falsePositives[t]!;
    }
    for (let bits = misses; bits !== 0; bits &= bits - 1)
      this.falsePositives[31 - Math.clz32(bits & -bits)]!++;
  }

  /**
   * Writes the envelope of precision and the score at each recall level to precision[at + r], scores[at + r], r < R.
   * needed: [R] true positives that reach each recall level; all scores come from `score` by position.
   */
  curve(
    t: number,
    needed: Int32Array,
    score: Float64Array,
    precision: Float64Array,
    scores: Float64Array,
    at: number,
  ): void {
    const first = t * this.#capacity;
    const count = this.count[t]!;
    const falseBefore = this.#falseBefore;
    const positions = this.#position;
    let hit = count;
    let best = 0;
    for (let r = R - 1; r >= 0; r--) {
      const least = needed[r]!;
      if (least > count) {
        precision[at + r] = 0;
        scores[at + r] = 0;
        continue;
      }
      for (; hit >= least; hit--) {
        const here = hit / (falseBefore[first + hit - 1]! + hit + EPSILON);
        if (here > best) best = here;
      }
      precision[at + r] = best;
      scores[at + r] = score[positions[first + least - 1]!]!;
    }
  }
}

/** [R] the least number of true positives whose recall of `truthCount` objects reaches each level, at least 1. */
export function hitsNeeded(truthCount: number): Int32Array {
  const needed = new Int32Array(R);
  for (let r = 0; r < R; r++) {
    const recall = recallThresholds[r]!;
    let hits = Math.max(1, Math.ceil(recall * truthCount));
    while (hits > 1 && (hits - 1) / truthCount >= recall) hits--;
    while (hits / truthCount < recall) hits++;
    needed[r] = hits;
  }
  return needed;
}
