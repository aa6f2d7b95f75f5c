/** Convolutions with a batch norm of their own in a graph, with their gradients. */
import type { BatchNormNodes } from "./gradient-kernels.ts";
import type { GraphTensor } from "./graph-builder.ts";
import type { GradientTools } from "./taped-ops.ts";

/** x: [B,h,w,I], filter: [k,k,I,O] with k odd; (k-1)/2 zeros on every side, no bias. */
export function tapedConvolution(
  { tape, kernels }: GradientTools,
  x: GraphTensor,
  filter: GraphTensor,
  stride: number,
): GraphTensor {
  const y = kernels.convolution(x, filter, stride);
  return tape.record(y, [x, filter], [x, filter], (dy, [input, weights]) => [
    tape.tracks(x) ? kernels.convolutionInputGradient(dy, weights!, x.shape, stride) : null,
    tape.tracks(filter)
      ? kernels.convolutionFilterGradient(dy, input!, filter.shape, stride)
      : null,
  ]);
}

/** Batch norm over all axes but the last with the statistics of the batch. x: [B,h,w,C], gamma and beta: [C]. */
export function tapedBatchNorm(
  { tape, kernels }: GradientTools,
  x: GraphTensor,
  gamma: GraphTensor,
  beta: GraphTensor,
  eps: number,
): BatchNormNodes {
  const nodes = kernels.batchNorm(x, gamma, beta, eps);
  const saves = [x, gamma, ...nodes.reserve];
  tape.record(nodes.output, [x, gamma, beta], saves, (dy, [input, scale, ...reserve]) =>
    kernels.batchNormGradients(dy, input!, scale!, reserve, eps),
  );
  return nodes;
}

/** How far running statistics move towards a batch's. */
export const MOMENTUM = 0.1;

/** A running statistic after a batch. */
export function movedStatistic(
  { plain }: GradientTools,
  before: GraphTensor,
  batch: GraphTensor,
): GraphTensor {
  return plain.add(plain.mul(before, 1 - MOMENTUM), plain.mul(batch, MOMENTUM));
}
