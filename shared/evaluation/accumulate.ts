/**
 * From matches to the three arrays of pycocotools.
 * Letters: T IoU thresholds, R recall thresholds, K classes, A area ranges, M maxDets.
 */
import { HitList, hitsNeeded } from "./curve.ts";
import { NO_CANDIDATE, type Matches } from "./matches.ts";
import { ALL_THRESHOLDS, iouThresholds, recallThresholds } from "./thresholds.ts";
import type { EvaluationArrays } from "./types.ts";

const T = iouThresholds.length;
const R = recallThresholds.length;

/** Arrays of the right size, for every class to be filled, in memory that threads can share where asked for. */
export function emptyArrays(
  K: number,
  A: number,
  M: number,
  memory: "own" | "shared" = "own",
): EvaluationArrays {
  const room = (length: number) =>
    memory === "own"
      ? new Float64Array(length)
      : new Float64Array(new SharedArrayBuffer(8 * length));
  return {
    shape: { T, R, K, A, M },
    precision: room(T * R * K * A * M),
    recall: room(T * K * A * M),
    scores: room(T * R * K * A * M),
  };
}

/** Working memory of accumulation, so that one class after the other can use it. */
export class Accumulator {
  readonly #hits = new HitList();
  /** [A,M,T,R] of one class: written curve by curve, then spread over the arrays row by row. */
  #precision = new Float64Array(0);
  #scores = new Float64Array(0);
  /** [C'] positions of the class's predictions with candidates. */
  #positions = new Int32Array(0);
  /** [C',A,M] false positives without candidates before each of them. */
  #plainFalse = new Int32Array(0);
  #candidates = 0;

  /**
   * Fills class `k` of `into` from the predictions before position `end` (the class's end where left out).
   * truthCounts: [A] ground truths of the class that count.
   */
  fillClass(
    matches: Matches,
    k: number,
    truthCounts: Int32Array,
    into: EvaluationArrays,
    end: number = matches.classStart[k + 1]!,
  ): void {
    const { A, M } = into.shape;
    const start = matches.classStart[k]!;
    const admitted = this.#collect(matches, start, end);
    for (let a = 0; a < A; a++) {
      if (truthCounts[a] === 0) {
        this.#precision.fill(-1, a * M * T * R, (a + 1) * M * T * R);
        this.#scores.fill(-1, a * M * T * R, (a + 1) * M * T * R);
        for (let m = 0; m < M; m++) this.#writeRecall(into, k, a * M + m, null);
        continue;
      }
      const needed = hitsNeeded(truthCounts[a]!);
      for (let m = 0; m < M; m++) {
        const cell = a * M + m;
        if (m > 0 && admitted[m] === admitted[m - 1]) this.#copyCell(cell - 1, cell);
        else {
          this.#gatherHits(matches, a, m, truthCounts[a]!);
          const firstScore = admitted[m] === 0 ? 0 : matches.score[start]!;
          this.#writeCurves(cell, needed, matches.score, firstScore);
        }
        this.#writeRecall(into, k, cell, truthCounts[a]!);
      }
    }
    this.#spread(into, k);
  }

  /** Lists predictions with candidates, with the false positives before them. Returns [M] predictions admitted. */
  #collect(matches: Matches, start: number, end: number): Int32Array {
    const { candidate, admittedBy, inRange, params } = matches;
    const A = params.areaRanges.length;
    const M = params.maxDets.length;
    this.#reserve(matches, start, end, A * M);
    // [A,M] of the predictions so far: false positives whose smallest maxDets is m.
    const plain = new Int32Array(A * M);
    const admitted = new Int32Array(M);
    this.#candidates = 0;
    for (let at = start; at < end; at++) {
      const m = admittedBy[at]!;
      admitted[m]!++;
      if (candidate[at] === NO_CANDIDATE)
        for (let bits = inRange[at]!; bits !== 0; bits &= bits - 1)
          plain[(31 - Math.clz32(bits & -bits)) * M + m]!++;
      else this.#list(at, plain, A, M);
    }
    for (let m = 1; m < M; m++) admitted[m]! += admitted[m - 1]!;
    return admitted;
  }

  #list(position: number, plain: Int32Array, A: number, M: number): void {
    const at = this.#candidates++;
    this.#positions[at] = position;
    for (let a = 0, slot = 0; a < A; a++)
      for (let m = 0, sum = 0; m < M; m++, slot++) {
        sum += plain[slot]!;
        this.#plainFalse[at * A * M + slot] = sum;
      }
  }

  #reserve({ candidate }: Matches, start: number, end: number, width: number): void {
    let count = 0;
    for (let at = start; at < end; at++) if (candidate[at] !== NO_CANDIDATE) count++;
    if (count > this.#positions.length) this.#positions = new Int32Array(count);
    if (count * width > this.#plainFalse.length) this.#plainFalse = new Int32Array(count * width);
    if (width * T * R <= this.#precision.length) return;
    this.#precision = new Float64Array(width * T * R);
    this.#scores = new Float64Array(width * T * R);
  }

  /** Runs through the listed predictions that the m-th maxDets admits. */
  #gatherHits(matches: Matches, a: number, m: number, truthCount: number): void {
    const { candidate, admittedBy, hits, ignored, params } = matches;
    const A = params.areaRanges.length;
    const M = params.maxDets.length;
    this.#hits.reset(truthCount);
    for (let i = 0; i < this.#candidates; i++) {
      const position = this.#positions[i]!;
      if (admittedBy[position]! > m) continue;
      const mask = candidate[position]! * A + a;
      const misses = ALL_THRESHOLDS & ~(hits[mask]! | ignored[mask]!);
      this.#hits.add(position, hits[mask]!, misses, this.#plainFalse[(i * A + a) * M + m]!);
    }
  }

  #writeCurves(cell: number, needed: Int32Array, score: Float64Array, firstScore: number): void {
    for (let t = 0; t < T; t++) {
      const at = (cell * T + t) * R;
      this.#hits.curve(t, needed, score, this.#precision, this.#scores, at);
      // Recall 0 is reached before anything is hit, at the very first prediction, even an ignored one.
      this.#scores[at] = firstScore;
    }
  }

  /** Where a larger maxDets admits nothing more, its values are those of the one before it. */
  #copyCell(from: number, to: number): void {
    this.#precision.copyWithin(to * T * R, from * T * R, (from + 1) * T * R);
    this.#scores.copyWithin(to * T * R, from * T * R, (from + 1) * T * R);
  }

  /** Recall of the hits gathered last, -1 without ground truths. */
  #writeRecall(into: EvaluationArrays, k: number, cell: number, truthCount: number | null): void {
    const { K, A, M } = into.shape;
    for (let t = 0; t < T; t++)
      into.recall[(t * K + k) * A * M + cell] =
        truthCount === null ? -1 : this.#hits.count[t]! / truthCount;
  }

  /** Memory is slow where each value lies on a page of its own: so each page of `into` is met once, not A*M times. */
  #spread(into: EvaluationArrays, k: number): void {
    const { K, A, M } = into.shape;
    const width = A * M;
    const from = this.#precision;
    const fromScores = this.#scores;
    const { precision, scores } = into;
    for (let row = 0; row < T * R; row++) {
      const first = (row * K + k) * width;
      for (let cell = 0; cell < width; cell++) {
        precision[first + cell] = from[cell * T * R + row]!;
        scores[first + cell] = fromScores[cell * T * R + row]!;
      }
    }
  }
}

/** [K,A] ground truths that count, by class and area range. */
export function countTruth(
  category: Int32Array,
  truthCounts: Uint16Array,
  K: number,
  A: number,
): Int32Array {
  const counts = new Int32Array(K * A);
  for (let n = 0; n < category.length; n++)
    for (let bits = truthCounts[n]!; bits !== 0; bits &= bits - 1)
      counts[category[n]! * A + 31 - Math.clz32(bits & -bits)]!++;
  return counts;
}
