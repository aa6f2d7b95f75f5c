import type { EvaluationSet } from "../types.ts";
import { eachOverlappingPair } from "./pairs.ts";

/**
 * Which ground truths a prediction may match: those of its image and class that it overlaps enough, best first.
 * Of prediction p they are truth[start[p]] up to truth[end[p]]. Equal overlaps stand later ground truth first,
 * because that is the one the matching prefers.
 */
export interface Overlaps {
  /** [P] */
  readonly start: Int32Array;
  /** [P] */
  readonly end: Int32Array;
  /** [candidates] */
  readonly truth: Int32Array;
  /** [candidates] 0..1: IoU, or the share of the prediction's own area for ground truth that absorbs. */
  readonly overlap: Float64Array;
}

export interface OverlapOptions {
  /** Lesser overlaps are left out. */
  readonly lowest: number;
  /** [N] 1 for crowd-like ground truth, which is measured by the prediction's own area. */
  readonly absorbs: Uint8Array;
  /** [N], [P] 1 for rows that take no part. */
  readonly droppedTruth?: Uint8Array | undefined;
  readonly droppedPredictions?: Uint8Array | undefined;
}

export function findOverlaps(set: EvaluationSet, options: OverlapOptions): Overlaps {
  const { truth, predictions } = set;
  const { lowest, absorbs, droppedTruth, droppedPredictions } = options;
  const found = new CandidateList(1024);
  const start = new Int32Array(predictions.score.length);
  const end = new Int32Array(predictions.score.length);
  eachOverlappingPair(
    {
      set,
      order: null,
      usesTruth: (t) => droppedTruth?.[t] !== 1 && truth.category[t]! >= 0,
      usesPrediction: (p) => droppedPredictions?.[p] !== 1 && predictions.category[p]! >= 0,
    },
    (p, t, shared, predictionArea, truthArea) => {
      if (truth.category[t] !== predictions.category[p]) return;
      const union = absorbs[t] === 1 ? predictionArea : predictionArea + truthArea - shared;
      const overlap = shared / union;
      if (overlap < lowest) return;
      if (end[p] === 0) start[p] = found.size;
      found.insert(start[p]!, t, overlap);
      end[p] = found.size;
    },
  );
  return { start, end, truth: found.truth, overlap: found.overlap };
}

/** Two growing columns; each prediction's candidates are kept in order as they come. */
class CandidateList {
  size = 0;
  truth: Int32Array;
  overlap: Float64Array;

  constructor(capacity: number) {
    this.truth = new Int32Array(capacity);
    this.overlap = new Float64Array(capacity);
  }

  /** Puts a candidate in its place among those from `first` on: by falling overlap, then by falling row. */
  insert(first: number, truth: number, overlap: number): void {
    if (this.size === this.truth.length) this.#grow();
    let at = this.size++;
    while (at > first && this.#standsAfter(at - 1, truth, overlap)) {
      this.truth[at] = this.truth[at - 1]!;
      this.overlap[at] = this.overlap[at - 1]!;
      at--;
    }
    this.truth[at] = truth;
    this.overlap[at] = overlap;
  }

  #standsAfter(at: number, truth: number, overlap: number): boolean {
    const there = this.overlap[at]!;
    return there < overlap || (there === overlap && this.truth[at]! < truth);
  }

  #grow(): void {
    const truth = new Int32Array(2 * this.truth.length);
    const overlap = new Float64Array(2 * this.overlap.length);
    truth.set(this.truth);
    overlap.set(this.overlap);
    this.truth = truth;
    this.overlap = overlap;
  }
}
