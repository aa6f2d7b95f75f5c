/** One step of training: forward, losses, gradients, AdamW, running statistics, moving average. */
import * as tf from "@tensorflow/tfjs";
import { AppError } from "../../shared/domain/app-error.ts";
import type { BatchStatistics } from "../layers/norm.ts";
import type { LossConfig } from "../losses/config.ts";
import { createWeightGenerator, type WeightGenerator } from "../losses/reweighting.ts";
import type { LossResult, TrainingTruth } from "../losses/total.ts";
import { rtdetr, type DenoisingQueries } from "../rtdetr/rtdetr.ts";
import { frozenNorms, trainedNorms, trainingLayers } from "../rtdetr/training-layers.ts";
import { denoisingQueries, type DenoisingGroup } from "./denoising.ts";
import { updateRunningStatistics, type ModelVariables } from "./model-variables.ts";
import { objective } from "./objective.ts";
import {
  adamwStep,
  averageStep,
  createOptimizerState,
  disposeOptimizerState,
  rateAt,
  type AverageSettings,
  type OptimizerSettings,
  type OptimizerState,
  type TrainedVariable,
} from "./optimizer.ts";
import type { RandomStream } from "./random.ts";

export interface Batch {
  /** [B,H,W,3], 0..1; the step disposes it. */
  readonly pixels: tf.Tensor;
  readonly truth: readonly TrainingTruth[];
  /** File names, for messages. */
  readonly names: readonly string[];
}

export interface StepSettings {
  readonly loss: LossConfig;
  readonly optimizer: OptimizerSettings;
  readonly average: AverageSettings;
  /** `frozen`: running statistics everywhere. `heads`: the backbone's stay frozen. `all`: from scratch. */
  readonly norms: "frozen" | "heads" | "all";
  readonly denoising: boolean;
  /** Ramp both SPR terms up over the warm-up. */
  readonly rampSamplePoints: boolean;
}

export interface StepReport {
  readonly step: number;
  readonly rate: number;
  readonly loss: LossResult;
  /** Norm of all gradients before clipping. */
  readonly norm: number;
}

/** Everything that changes while training; checkpoints hold it. */
export interface TrainingState {
  readonly model: ModelVariables;
  readonly optimizer: OptimizerState;
  /** Average of every floating tensor of the model by name, running statistics included. */
  readonly average: Map<string, tf.Tensor>;
  readonly generator: {
    readonly weights: WeightGenerator;
    readonly trained: Map<string, TrainedVariable>;
  } | null;
}

const GENERATOR = "generator.";

/** The caller disposes it with `disposeTrainingState`. */
export function createTrainingState(
  model: ModelVariables,
  loss: LossConfig,
  random: RandomStream,
): TrainingState {
  const average = new Map([...model.tensors].map(([name, tensor]) => [name, tf.clone(tensor)]));
  const weights = loss.reweighting
    ? createWeightGenerator(model.config.d_model, random.next)
    : null;
  return {
    model,
    optimizer: createOptimizerState(),
    average,
    generator: weights && { weights, trained: generatorVariables(weights) },
  };
}

function generatorVariables(weights: WeightGenerator): Map<string, TrainedVariable> {
  return new Map(
    [...weights.parameters].map(([name, values]) => [
      GENERATOR + name,
      {
        variable: tf.variable(tf.tensor1d(Float32Array.from(values))),
        rateFactor: 1,
        decays: name.endsWith(".weight"),
      },
    ]),
  );
}

export function disposeTrainingState({
  model,
  optimizer,
  average,
  generator,
}: TrainingState): void {
  model.dispose();
  disposeOptimizerState(optimizer);
  for (const tensor of average.values()) tensor.dispose();
  for (const { variable } of generator?.trained.values() ?? []) variable.dispose();
}

/**
 * Takes one step. Throws `training/not-finite`, naming step, term and images, where a loss or the gradients are not
 * finite; the weights are then as before the step.
 */
export function trainStep(
  state: TrainingState,
  batch: Batch,
  settings: StepSettings,
  random: RandomStream,
): StepReport {
  const number = state.optimizer.step + 1;
  const { loss, gradients, statistics } = differentiate(state, batch, settings, random, number);
  try {
    assertFinite(loss, number, batch);
    const trained = new Map([...state.model.trained, ...(state.generator?.trained ?? [])]);
    const norm = adamwStep(trained, gradients, state.optimizer, settings.optimizer);
    if (!Number.isFinite(norm)) throw notFinite("the gradients", number, batch);
    updateRunningStatistics(state.model, statistics);
    readGenerator(state);
    averageStep(state.average, state.model.tensors, number, settings.average);
    return { step: number, rate: rateAt(number, settings.optimizer), loss, norm };
  } finally {
    for (const gradient of gradients.values()) gradient.dispose();
    batch.pixels.dispose();
  }
}

interface Differentiated {
  readonly loss: LossResult;
  readonly gradients: Map<string, tf.Tensor>;
  readonly statistics: Map<string, BatchStatistics>;
}

function differentiate(
  { model, generator }: TrainingState,
  batch: Batch,
  settings: StepSettings,
  random: RandomStream,
  number: number,
): Differentiated {
  const { config } = model;
  const classes = config.labels.length;
  const embedding = model.tensors.get("model.denoising_class_embed.weight")!;
  const statistics = new Map<string, BatchStatistics>();
  const layers = trainingLayers({
    parameters: model.tensors,
    batchNormEps: config.batch_norm_eps,
    layerNormEps: config.layer_norm_eps,
    usesBatchStatistics: { frozen: frozenNorms, heads: trainedNorms, all: () => true }[
      settings.norms
    ],
    onStatistics: (norm, seen) => statistics.set(norm, seen),
  });
  const noise = {
    queries: settings.denoising ? config.num_denoising : 0,
    labelNoise: config.label_noise_ratio,
    boxNoise: config.box_noise_scale,
  };
  const { warmupSteps } = settings.optimizer;
  const ramp = settings.rampSamplePoints && warmupSteps > 0 ? Math.min(1, number / warmupSteps) : 1;
  let loss: LossResult | null = null;
  const names = new Map([...model.trained].map(([name, { variable }]) => [variable.name, name]));
  const variables = [...model.trained.values()].map(({ variable }) => variable);
  const { value, grads } = tf.variableGrads(() => {
    const selected = selectedQueries(batch.pixels.shape, config);
    const group = denoisingQueries(batch.truth, classes, selected, noise, random);
    const outputs = rtdetr(layers, batch.pixels, config, {
      denoising: group && denoisingInputs(group, embedding, classes),
    });
    const input = {
      truth: batch.truth,
      classes,
      points: config.decoder_n_points,
      samplePointRamp: ramp,
      generator: generator?.weights ?? null,
      denoising: group,
    };
    return objective(outputs, input, settings.loss, (result) => (loss = result));
  }, variables);
  value.dispose();
  const gradients = new Map<string, tf.Tensor>();
  for (const [variable, gradient] of Object.entries(grads)) {
    // tfjs lists a variable that the loss does not depend on with null.
    if (gradient as tf.Tensor | null) gradients.set(names.get(variable)!, gradient);
  }
  for (const [name, values] of loss!.generatorGradients ?? [])
    gradients.set(GENERATOR + name, tf.tensor1d(Float32Array.from(values)));
  return { loss: loss!, gradients, statistics };
}

/** As many queries as the model asks for, or as the feature maps have positions. */
function selectedQueries(
  shape: readonly number[],
  config: { readonly num_queries: number; readonly feat_strides: readonly number[] },
): number {
  const [, height, width] = shape as [number, number, number];
  const positions = config.feat_strides.reduce(
    (sum, stride) => sum + Math.ceil(height / stride) * Math.ceil(width / stride),
    0,
  );
  return Math.min(config.num_queries, positions);
}

/** Class embeddings of the noisy labels; padding has none and teaches none. */
function denoisingInputs(
  group: DenoisingGroup,
  embedding: tf.Tensor,
  classes: number,
): DenoisingQueries<tf.Tensor> {
  const batch = group.labels.length / group.count;
  const real = Float32Array.from(group.labels, (label) => (label < classes ? 1 : 0));
  const rows = tf.gather(embedding, tf.tensor1d(group.labels, "int32"));
  const content = tf.mul(rows, tf.tensor2d(real, [real.length, 1]));
  const size = Math.sqrt(group.mask.length);
  return {
    content: tf.reshape(content, [batch, group.count, embedding.shape[1]!]),
    boxLogits: tf.tensor3d(group.boxLogits, [batch, group.count, 4]),
    mask: tf.tensor2d(group.mask, [size, size]),
  };
}

/** The losses work with the generator's values on the host. */
function readGenerator({ generator }: TrainingState): void {
  if (!generator) return;
  for (const [name, { variable }] of generator.trained)
    generator.weights.parameters.get(name.slice(GENERATOR.length))!.set(variable.dataSync());
}

function assertFinite(loss: LossResult, step: number, batch: Batch): void {
  for (const [term, value] of loss.terms)
    if (!Number.isFinite(value)) throw notFinite(`the term "${term}" (${value})`, step, batch);
}

function notFinite(what: string, step: number, batch: Batch): AppError {
  return new AppError(
    "training/not-finite",
    `Step ${step}: ${what} is not a finite number. Images of the batch: ${batch.names.join(", ")}. ` +
      "Lower the learning rate or check these images' boxes, then resume from the last checkpoint.",
  );
}
