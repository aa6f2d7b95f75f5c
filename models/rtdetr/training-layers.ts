/** Layers of a graph whose outputs have gradients by the model's parameters: for training. */
import type { GraphBuilder, GraphTensor } from "../graph/graph-builder.ts";
import type { BatchNormNodes } from "../graph/gradient-kernels.ts";
import type { GradientTape } from "../graph/gradient-tape.ts";
import { tapedBatchNorm, tapedConvolution } from "../graph/taped-norm.ts";
import { gradientTools, tapedOps } from "../graph/taped-ops.ts";
import { denseRows } from "./inference-layers.ts";
import type { ConvNormNames, Layers } from "./layers.ts";
import { activate } from "./ops.ts";
import { tapedSampling } from "./taped-sampling.ts";

export interface TrainingLayersOptions {
  readonly graph: GraphBuilder;
  readonly tape: GradientTape;
  /** The graph's input for a parameter of the model, known to the tape. */
  readonly parameter: (name: string) => GraphTensor;
  readonly batchNormEps: number;
  readonly layerNormEps: number;
  /**
   * Which batch norms use the batch's own statistics. The others use their running statistics and are
   * folded into the filter, with exact gradients by filter, weight and bias.
   */
  readonly usesBatchStatistics: (norm: string) => boolean;
  /** Told of each batch norm that uses the batch's statistics. */
  readonly onBatchNorm: (norm: string, nodes: BatchNormNodes) => void;
}

/** No batch norm uses the batch's statistics: evaluation, or fine-tuning with frozen norms. */
export const frozenNorms = (): boolean => false;

/** All batch norms but the backbone's use the batch's statistics: training as published. */
export const trainedNorms = (norm: string): boolean => !norm.startsWith("model.backbone.");

export function trainingLayers(options: TrainingLayersOptions): Layers<GraphTensor> {
  const { graph, tape, parameter, batchNormEps, layerNormEps } = options;
  const ops = tapedOps(graph, tape);
  const tools = gradientTools(graph, tape);
  const { plain, kernels } = tools;

  const batchNorm = (x: GraphTensor, norm: string): GraphTensor => {
    const gamma = parameter(`${norm}.weight`);
    const nodes = tapedBatchNorm(tools, x, gamma, parameter(`${norm}.bias`), batchNormEps);
    options.onBatchNorm(norm, nodes);
    return nodes.output;
  };

  /** Filter and bias of the convolution that a convolution and its batch norm with running statistics amount to. */
  const folded = (filter: GraphTensor, norm: string) => {
    const spread = plain.add(parameter(`${norm}.running_var`), batchNormEps);
    const scale = ops.mul(parameter(`${norm}.weight`), kernels.unary("Rsqrt", spread));
    const shift = ops.mul(parameter(`${norm}.running_mean`), scale);
    return {
      filter: ops.mul(filter, scale),
      bias: ops.sub(parameter(`${norm}.bias`), shift),
    };
  };

  /** Convolution and batch norm; with running statistics one folded convolution, relu included. */
  const convNorm = (
    x: GraphTensor,
    { conv, norm }: ConvNormNames,
    stride: number,
    relu: boolean,
  ): GraphTensor => {
    const filter = parameter(`${conv}.weight`);
    if (options.usesBatchStatistics(norm)) {
      const y = batchNorm(tapedConvolution(tools, x, filter, stride), norm);
      return relu ? ops.relu(y) : y;
    }
    const whole = folded(filter, norm);
    return ops.conv2d(x, whole.filter, whole.bias, stride, relu ? "relu" : "none");
  };

  return {
    ops,
    convNorm: (x, names, stride, activation) =>
      activation === "relu"
        ? convNorm(x, names, stride, true)
        : activate(ops, convNorm(x, names, stride, false), activation),
    repVgg(x, name, activation) {
      const branch = (which: string): GraphTensor =>
        convNorm(x, { conv: `${name}.${which}.conv`, norm: `${name}.${which}.norm` }, 1, false);
      return activate(ops, ops.add(branch("conv1"), branch("conv2")), activation);
    },
    linear: (x, name, activation = "none") =>
      denseRows(ops, x, parameter(`${name}.weight`), parameter(`${name}.bias`), activation),
    layerNorm: (x, name) =>
      ops.layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), layerNormEps),
    parameter,
    detach: (x) => (tape.tracks(x) ? kernels.identity(x) : x),
    withoutGradient: (body) => tape.withoutGradient(body),
    sample: (value, x, y, attention, grid) =>
      tapedSampling(tools, { value, x, y, attention }, grid),
    block: (body) => body(),
  };
}
