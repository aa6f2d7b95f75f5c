/** Layers whose outputs have gradients with respect to the model's parameters. */
import * as tf from "@tensorflow/tfjs";
import { convolution } from "../layers/conv.ts";
import { batchNorm, type BatchStatistics } from "../layers/norm.ts";
import { sampleWithGradient } from "../layers/sampling.ts";
import { withoutTape } from "../runtime/kernels.ts";
import { eagerOps } from "./eager-ops.ts";
import { foldBatchNorm } from "./folded-weights.ts";
import { denseRows } from "./inference-layers.ts";
import type { ConvNormNames, Layers } from "./layers.ts";
import { activate } from "./ops.ts";
import type { ModelParameters } from "./parameters.ts";

export interface TrainingLayersOptions {
  /** Tensors or variables by name; gradients reach those that are differentiated by. */
  readonly parameters: ModelParameters;
  readonly batchNormEps: number;
  readonly layerNormEps: number;
  /**
   * Which batch norms use the batch's own statistics. The others use their running statistics and are
   * folded into the filter, with exact gradients by filter, weight and bias.
   */
  readonly usesBatchStatistics: (norm: string) => boolean;
  /** Handed, and then owner of, the statistics of each batch norm that uses them. */
  readonly onStatistics?: ((norm: string, statistics: BatchStatistics) => void) | null;
}

/** No batch norm uses the batch's statistics: evaluation, or fine-tuning with frozen norms. */
export const frozenNorms = (): boolean => false;

/** All batch norms but the backbone's use the batch's statistics: training as published. */
export const trainedNorms = (norm: string): boolean => !norm.startsWith("model.backbone.");

export function trainingLayers(options: TrainingLayersOptions): Layers<tf.Tensor> {
  const { parameters, batchNormEps, layerNormEps } = options;
  const ops = eagerOps;
  const parameter = (name: string): tf.Tensor => {
    const found = parameters.get(name);
    if (found === undefined) throw new Error(`the model has no parameter ${name}`);
    return found;
  };

  /** Convolution and batch norm; with frozen statistics one folded convolution, relu included. */
  const convNorm = (x: tf.Tensor, { conv, norm }: ConvNormNames, stride: number, relu: boolean) => {
    const filter = parameter(`${conv}.weight`);
    const gamma = parameter(`${norm}.weight`);
    const beta = parameter(`${norm}.bias`);
    if (options.usesBatchStatistics(norm)) {
      const { onStatistics } = options;
      const y = batchNorm(
        convolution(x, filter, stride),
        gamma,
        beta,
        batchNormEps,
        onStatistics ? (statistics) => onStatistics(norm, statistics) : null,
      );
      return relu ? ops.relu(y) : y;
    }
    const mean = parameter(`${norm}.running_mean`);
    const variance = parameter(`${norm}.running_var`);
    const folded = foldBatchNorm(filter, { gamma, beta, mean, variance }, batchNormEps);
    return ops.conv2d(x, folded.filter, folded.bias, stride, relu ? "relu" : "none");
  };

  return {
    ops,
    convNorm: (x, names, stride, activation) =>
      activation === "relu"
        ? convNorm(x, names, stride, true)
        : activate(ops, convNorm(x, names, stride, false), activation),
    repVgg(x, name, activation) {
      const branch = (which: string): tf.Tensor =>
        convNorm(x, { conv: `${name}.${which}.conv`, norm: `${name}.${which}.norm` }, 1, false);
      return activate(ops, ops.add(branch("conv1"), branch("conv2")), activation);
    },
    linear: (x, name, activation = "none") =>
      denseRows(ops, x, parameter(`${name}.weight`), parameter(`${name}.bias`), activation),
    layerNorm: (x, name) =>
      ops.layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), layerNormEps),
    parameter,
    detach: withoutTape,
    withoutGradient: (body) => tf.customGrad(() => ({ value: body(), gradFunc: () => [] }))(),
    sample: sampleWithGradient,
    block: (body) => tf.tidy(body),
  };
}
