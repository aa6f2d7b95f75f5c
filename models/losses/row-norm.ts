/** Batch norm over rows, [N,C], as the weight generator of sample reweighting uses it. Float64. */

export interface RunningStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface RowNorm {
  readonly y: Float64Array;
  /** [N,C] normalised input before scale and shift. */
  readonly normalised: Float64Array;
  /** [C] 1 / sqrt(variance + eps) */
  readonly inverse: Float64Array;
  /** False where the running statistics were used: they carry no gradient. */
  readonly fromBatch: boolean;
}

const EPS = 1e-5;
const MOMENTUM = 0.1;

/**
 * x: [N,C]. With two rows or more the batch's statistics are used and the running ones move towards them
 * (variance unbiased there, as PyTorch does); with fewer the running ones are used.
 */
export function rowNorm(
  x: Float64Array,
  gamma: Float64Array,
  beta: Float64Array,
  running: RunningStatistics,
): RowNorm {
  const channels = gamma.length;
  const rows = x.length / channels;
  const fromBatch = rows >= 2;
  const mean = fromBatch ? new Float64Array(channels) : running.mean;
  const variance = fromBatch ? new Float64Array(channels) : running.variance;
  if (fromBatch) {
    for (let k = 0; k < x.length; k++) mean[k % channels]! += x[k]! / rows;
    for (let k = 0; k < x.length; k++)
      variance[k % channels]! += (x[k]! - mean[k % channels]!) ** 2 / rows;
    for (let c = 0; c < channels; c++) {
      running.mean[c]! += MOMENTUM * (mean[c]! - running.mean[c]!);
      const unbiased = (variance[c]! * rows) / (rows - 1);
      running.variance[c]! += MOMENTUM * (unbiased - running.variance[c]!);
    }
  }
  const inverse = variance.map((v) => 1 / Math.sqrt(v + EPS));
  const normalised = x.map((v, k) => (v - mean[k % channels]!) * inverse[k % channels]!);
  const y = normalised.map((v, k) => v * gamma[k % channels]! + beta[k % channels]!);
  return { y, normalised, inverse, fromBatch };
}

/** dy: [N,C]. Adds to the gradients of gamma and beta; returns dx. */
export function rowNormBackward(
  { normalised, inverse, fromBatch }: RowNorm,
  gamma: Float64Array,
  dy: Float64Array,
  gammaGradient: Float64Array,
  betaGradient: Float64Array,
): Float64Array {
  const channels = gamma.length;
  const rows = dy.length / channels;
  const sum = new Float64Array(channels);
  const dot = new Float64Array(channels);
  for (let k = 0; k < dy.length; k++) {
    sum[k % channels]! += dy[k]!;
    dot[k % channels]! += dy[k]! * normalised[k]!;
  }
  for (let c = 0; c < channels; c++) {
    betaGradient[c]! += sum[c]!;
    gammaGradient[c]! += dot[c]!;
  }
  return dy.map((g, k) => {
    const c = k % channels;
    const centred = fromBatch ? g - sum[c]! / rows - (normalised[k]! * dot[c]!) / rows : g;
    return gamma[c]! * inverse[c]! * centred;
  });
}
