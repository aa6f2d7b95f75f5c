/** One-to-one matching of queries and ground truth by their cost (DETR, with RT-DETR's focal class cost). */
import { assign } from "./assignment.ts";
import { pairOverlap } from "./boxes.ts";
import { sigmoid } from "./classification.ts";

/** The ground truth of one image. */
export interface ImageTruth {
  /** [N] class index. */
  readonly classes: Int32Array;
  /** [N,4] cxcywh, 0..1. */
  readonly boxes: Float64Array;
}

/** Queries matched to ground truth, over a batch; entry k says query `query[k]` of image `image[k]` has `truth[k]`. */
export interface Matches {
  readonly image: Int32Array;
  readonly query: Int32Array;
  /** Index into the image's own ground truth. */
  readonly truth: Int32Array;
}

export interface MatchCost {
  readonly classWeight: number;
  readonly l1Weight: number;
  readonly giouWeight: number;
  readonly alpha: number;
  readonly gamma: number;
}

export const defaultMatchCost: MatchCost = {
  classWeight: 2,
  l1Weight: 5,
  giouWeight: 2,
  alpha: 0.25,
  gamma: 2,
};

const FLOOR = 1e-8; // keeps the logarithm finite, as the published code does

/** logits: [B,Q,K], boxes: [B,Q,4] cxcywh 0..1. Images without ground truth get no matches. */
export function matchQueries(
  logits: Float64Array,
  boxes: Float64Array,
  queries: number,
  classes: number,
  truth: readonly ImageTruth[],
  cost: MatchCost = defaultMatchCost,
): Matches {
  const image: number[] = [];
  const query: number[] = [];
  const matched: number[] = [];
  truth.forEach((objects, b) => {
    const count = objects.classes.length;
    if (count === 0) return;
    const matrix = costMatrix(
      logits.subarray(b * queries * classes, (b + 1) * queries * classes),
      boxes.subarray(b * queries * 4, (b + 1) * queries * 4),
      queries,
      classes,
      objects,
      cost,
    );
    const pairs = assign(matrix, queries, count);
    for (let k = 0; k < pairs.rows.length; k++) {
      image.push(b);
      query.push(pairs.rows[k]!);
      matched.push(pairs.columns[k]!);
    }
  });
  return {
    image: Int32Array.from(image),
    query: Int32Array.from(query),
    truth: Int32Array.from(matched),
  };
}

/** [Q,N] row-major. */
export function costMatrix(
  logits: Float64Array,
  boxes: Float64Array,
  queries: number,
  classes: number,
  truth: ImageTruth,
  { classWeight, l1Weight, giouWeight, alpha, gamma }: MatchCost,
): Float64Array {
  const count = truth.classes.length;
  const matrix = new Float64Array(queries * count);
  for (let q = 0; q < queries; q++) {
    for (let n = 0; n < count; n++) {
      const p = sigmoid(logits[q * classes + truth.classes[n]!]!);
      const positive = alpha * (1 - p) ** gamma * -Math.log(p + FLOOR);
      const negative = (1 - alpha) * p ** gamma * -Math.log(1 - p + FLOOR);
      let l1 = 0;
      for (let k = 0; k < 4; k++) l1 += Math.abs(boxes[q * 4 + k]! - truth.boxes[n * 4 + k]!);
      const { giou } = pairOverlap(boxes, q, truth.boxes, n);
      matrix[q * count + n] =
        classWeight * (positive - negative) + l1Weight * l1 - giouWeight * giou;
    }
  }
  return matrix;
}
