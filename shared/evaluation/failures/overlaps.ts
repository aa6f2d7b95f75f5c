import type { EvaluationSet } from "../types.ts";
import { rowsByImage } from "./rows-by-image.ts";

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
  const { predictions } = set;
  const count = predictions.score.length;
  const found = new CandidateList(1024);
  const start = new Int32Array(count);
  const end = new Int32Array(count);
  const truthRows = rowsByImage(set.truth.image, set.imageIds.length);
  for (let p = 0; p < count; p++) {
    start[p] = found.size;
    if (options.droppedPredictions?.[p] !== 1 && predictions.category[p]! >= 0) {
      const image = predictions.image[p]!;
      const from = truthRows.offsets[image]!;
      addCandidates(set, options, found, p, truthRows.rows, from, truthRows.offsets[image + 1]!);
    }
    end[p] = found.size;
  }
  return { start, end, truth: found.truth, overlap: found.overlap };
}

function addCandidates(
  { truth, predictions }: EvaluationSet,
  { lowest, absorbs, droppedTruth }: OverlapOptions,
  found: CandidateList,
  p: number,
  rows: Int32Array,
  from: number,
  to: number,
): void {
  const first = found.size;
  const category = predictions.category[p]!;
  const x = predictions.boxes[4 * p]!;
  const y = predictions.boxes[4 * p + 1]!;
  const w = predictions.boxes[4 * p + 2]!;
  const h = predictions.boxes[4 * p + 3]!;
  for (let k = from; k < to; k++) {
    const t = rows[k]!;
    if (truth.category[t] !== category || droppedTruth?.[t] === 1) continue;
    const tx = truth.boxes[4 * t]!;
    const ty = truth.boxes[4 * t + 1]!;
    const tw = truth.boxes[4 * t + 2]!;
    const th = truth.boxes[4 * t + 3]!;
    // This order of operations gives the same bits as the evaluators' own code.
    const width = Math.min(w + x, tw + tx) - Math.max(x, tx);
    if (width <= 0) continue;
    const height = Math.min(h + y, th + ty) - Math.max(y, ty);
    if (height <= 0) continue;
    const shared = width * height;
    const overlap = shared / (absorbs[t] === 1 ? w * h : w * h + tw * th - shared);
    if (overlap >= lowest) found.insert(first, t, overlap);
  }
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

  /** Puts a candidate before those of `first` onward that overlap no more. */
  insert(first: number, truth: number, overlap: number): void {
    if (this.size === this.truth.length) this.grow();
    let at = this.size++;
    while (at > first && this.overlap[at - 1]! <= overlap) {
      this.truth[at] = this.truth[at - 1]!;
      this.overlap[at] = this.overlap[at - 1]!;
      at--;
    }
    this.truth[at] = truth;
    this.overlap[at] = overlap;
  }

  private grow(): void {
    const truth = new Int32Array(2 * this.truth.length);
    const overlap = new Float64Array(2 * this.overlap.length);
    truth.set(this.truth);
    overlap.set(this.overlap);
    this.truth = truth;
    this.overlap = overlap;
  }
}
