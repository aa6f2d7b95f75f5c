/** Batch norm with the batch's own statistics, and layer norm, as one differentiable node each. */
import * as tf from "@tensorflow/tfjs";
import { batchNormTrain, batchNormTrainGradient } from "../runtime/kernels.ts";

/** What running statistics are updated from. */
export interface BatchStatistics {
  readonly mean: tf.Tensor; // [C]
  /** Unbiased, as running variances hold it. */
  readonly variance: tf.Tensor; // [C]
}

/**
 * Batch norm over all axes but the last. x: [B,h,w,C].
 * `onStatistics` is handed the statistics before this returns, and owns them: no tidy disposes them.
 */
export function batchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  eps: number,
  onStatistics: ((statistics: BatchStatistics) => void) | null,
): tf.Tensor {
  return tf.customGrad(((
    input: tf.Tensor,
    scale: tf.Tensor,
    offset: tf.Tensor,
    save: tf.GradSaveFunc,
  ) => {
    const { output, mean, variance, reserve } = batchNormTrain(input, scale, offset, eps);
    onStatistics?.({ mean: tf.keep(mean.clone()), variance: tf.keep(variance.clone()) });
    save([input, scale, ...reserve]);
    return {
      value: output,
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, weight, ...kept] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        return batchNormTrainGradient(upstream, before, weight, kept, eps);
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x, gamma, beta);
}

/** Running statistics after a batch: (1 - momentum) * old + momentum * batch. Returns new tensors. */
export function runningStatistics(
  old: BatchStatistics,
  batch: BatchStatistics,
  momentum: number,
): BatchStatistics {
  const mix = (before: tf.Tensor, now: tf.Tensor): tf.Tensor =>
    tf.tidy(() => tf.add(tf.mul(before, 1 - momentum), tf.mul(now, momentum)));
  return { mean: mix(old.mean, batch.mean), variance: mix(old.variance, batch.variance) };
}

/** Over the last axis: (x - mean) / sqrt(variance + eps) * gamma + beta. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, eps: number): tf.Tensor {
  return tf.customGrad(((
    input: tf.Tensor,
    scale: tf.Tensor,
    offset: tf.Tensor,
    save: tf.GradSaveFunc,
  ) => {
    const { normal, spread } = normalise(input, eps);
    save([normal, spread, scale]);
    return {
      value: tf.add(tf.mul(normal, scale), offset),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) =>
        layerNormGradient(upstream, saved as [tf.Tensor, tf.Tensor, tf.Tensor]),
    };
  }) as Parameters<typeof tf.customGrad>[0])(x, gamma, beta);
}

function normalise(x: tf.Tensor, eps: number): { normal: tf.Tensor; spread: tf.Tensor } {
  const last = x.rank - 1;
  const centred = tf.sub(x, tf.mean(x, last, true));
  const spread = tf.rsqrt(tf.add(tf.mean(tf.square(centred), last, true), eps));
  return { normal: tf.mul(centred, spread), spread };
}

function layerNormGradient(
  upstream: tf.Tensor,
  [normal, spread, scale]: [tf.Tensor, tf.Tensor, tf.Tensor],
): tf.Tensor[] {
  const last = normal.rank - 1;
  const leading = Array.from({ length: last }, (_, axis) => axis);
  const scaled = tf.mul(upstream, scale);
  const along = tf.mean(tf.mul(scaled, normal), last, true);
  const centred = tf.sub(tf.sub(scaled, tf.mean(scaled, last, true)), tf.mul(normal, along));
  return [
    tf.mul(centred, spread),
    tf.sum(tf.mul(upstream, normal), leading),
    tf.sum(upstream, leading),
  ];
}
