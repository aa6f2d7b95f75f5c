/** Varifocal classification loss and its reweighted form, with gradients by hand. Float64, sums before any division. */

export const sigmoid = (x: number) =>
  x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));

/** -log(sigmoid(x)), safe for large |x|. */
const softplusOfMinus = (x: number) => Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Binary cross entropy of the logit x and the target t. */
export const crossEntropy = (x: number, t: number) => (1 - t) * x + softplusOfMinus(x);

/** A positive: entry `index` of the flattened logits, what it should say and how much it counts. */
export interface Positives {
  /** [P] index into the flattened logits: (image * Q + query) * K + class. */
  readonly index: Int32Array;
  /** [P] target t, 0..1; carries no gradient. */
  readonly target: Float64Array;
  /** [P] weight of the positive's cross entropy. Varifocal: the target itself. Reweighted: r. */
  readonly weight: Float64Array;
}

export interface FocalShape {
  readonly alpha: number;
  readonly gamma: number;
}

export const varifocalShape: FocalShape = { alpha: 0.75, gamma: 2 };

export interface ClassificationLoss {
  readonly value: number;
  /** Same length as the logits. */
  readonly gradient: Float64Array;
  /** [P] cross entropy of each positive before its weight: the gradient by the weight. */
  readonly crossEntropy: Float64Array;
}

/**
 * sum over positives of weight * BCE(x, t) + alpha * sum over all other entries of p^gamma * BCE(x, 0)
 * (varifocal loss, Zhang et al. 2021; Eq. 3 and Eq. 20 of the small-object paper). p is taken without gradient.
 * `masked` entries (ignore regions) count neither way.
 */
export function classificationLoss(
  logits: Float64Array,
  positives: Positives,
  { alpha, gamma }: FocalShape = varifocalShape,
  masked: Uint8Array | null = null,
): ClassificationLoss {
  const gradient = new Float64Array(logits.length);
  const isPositive = new Uint8Array(logits.length);
  const each = new Float64Array(positives.index.length);
  let value = 0;
  positives.index.forEach((at, k) => {
    isPositive[at] = 1;
    const x = logits[at]!;
    const t = positives.target[k]!;
    each[k] = crossEntropy(x, t);
    value += positives.weight[k]! * each[k]!;
    gradient[at] = positives.weight[k]! * (sigmoid(x) - t);
  });
  for (let at = 0; at < logits.length; at++) {
    if (isPositive[at] || masked?.[at]) continue;
    const x = logits[at]!;
    const p = sigmoid(x);
    const weight = alpha * (gamma === 2 ? p * p : p ** gamma);
    value += weight * crossEntropy(x, 0);
    gradient[at] = weight * p;
  }
  return { value, gradient, crossEntropy: each };
}
