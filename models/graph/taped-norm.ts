/** Convolutions with a batch norm of their own in a graph, with their gradients. */
import type { BatchNormNodes } from "./gradient-kernels.ts";
import type { GraphTensor } from "./graph-builder.ts";
import type { GradientTools } from "./taped-ops.ts";

/** x: [B,h,w,I], filter: [k,k,I,O] with k odd; (k-1)/2 zeros on every side, no bias. */
export function tapedConvolution(
  tools: GradientTools,
  x: GraphTensor,
  filter: GraphTensor,
  stride: number,
): GraphTensor {
  const y = tools.kernels.convolution(x, filter, stride);
  const shapes = { x, filter, stride };
  return tools.tape.record(y, [x, filter], [x, filter], (dy, [input, weights]) =>
    convolutionGradients(tools, shapes, dy, input!, weights!),
  );
}

/**
 * Gradients of a convolution by x and filter, null where they are not wanted. `input` and `weights`: x and filter as
 * the backward run has them. One after the other, because each needs much memory: so no other gradient waits long
 * for the one by its filter.
 */
export function convolutionGradients(
  { graph, tape, kernels }: GradientTools,
  { x, filter, stride }: { x: GraphTensor; filter: GraphTensor; stride: number },
  upstream: GraphTensor,
  input: GraphTensor,
  weights: GraphTensor,
): [GraphTensor | null, GraphTensor | null] {
  const byFilter = tape.tracks(filter)
    ? kernels.convolutionFilterGradient(upstream, input, filter.shape, stride)
    : null;
  if (!tape.tracks(x)) return [null, byFilter];
  const byInput = () => kernels.convolutionInputGradient(upstream, weights, x.shape, stride);
  return [byFilter === null ? byInput() : graph.after(byFilter, byInput), byFilter];
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
