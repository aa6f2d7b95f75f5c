/** One step of training: forward, losses, gradients, AdamW, running statistics, moving average. */
import * as tf from "@tensorflow/tfjs";
import type { LossConfig } from "../losses/config.ts";
import { createWeightGenerator, type WeightGenerator } from "../losses/reweighting.ts";
import type { LossResult, TrainingTruth } from "../losses/total.ts";
import { frozenNorms, trainedNorms } from "../rtdetr/training-layers.ts";
import { denoisingQueries } from "./denoising.ts";
import { replaceTensors, type ModelVariables } from "./model-variables.ts";
import { nativeProducts } from "./native-products.ts";
import { largestTerm, notFinite } from "./not-finite.ts";
import { objective, partsPulled, partsRead, type ObjectiveResult } from "./objective.ts";
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
import {
  TrainingGraph,
  selectedQueries,
  type NetworkValues,
  type TrainingGraphChoices,
} from "./training-graph.ts";

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
  readonly graphs: TrainingGraphs;
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
    ? createWeightGenerator(model.config.d_model, random.next, nativeProducts)
    : null;
  return {
    model,
    optimizer: createOptimizerState(),
    average,
    generator: weights && { weights, trained: generatorVariables(weights) },
    graphs: new TrainingGraphs(),
  };
}

function generatorVariables(weights: WeightGenerator): Map<string, TrainedVariable> {
  return new Map(
    [...weights.parameters].map(([name, values]) => {
      const start = tf.tensor1d(new Float32Array(values));
      const variable = tf.variable(start);
      start.dispose();
      return [GENERATOR + name, { variable, rateFactor: 1, decays: name.endsWith(".weight") }];
    }),
  );
}

export function disposeTrainingState({
  model,
  optimizer,
  average,
  generator,
  graphs,
}: TrainingState): void {
  graphs.dispose();
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
  const owned: tf.Tensor[] = [batch.pixels];
  try {
    const { loss, gradients, statistics } = differentiate(state, batch, settings, random, owned);
    const trained = new Map([...state.model.trained, ...(state.generator?.trained ?? [])]);
    const norm = adamwStep(trained, gradients, state.optimizer, settings.optimizer);
    if (!Number.isFinite(norm)) {
      const what = `the gradients are no finite numbers; the largest loss term is ${largestTerm(loss.terms)}`;
      throw notFinite({ step: number, what, images: batch.names });
    }
    replaceTensors(state.model, statistics);
    readGenerator(state);
    averageStep(state.average, state.model.tensors, state.optimizer, settings.average);
    return { step: number, rate: rateAt(number, settings.optimizer), loss, norm };
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

interface Differentiated {
  readonly loss: LossResult;
  readonly gradients: Map<string, tf.Tensor>;
  /** Running statistics after the batch. */
  readonly statistics: ReadonlyMap<string, tf.Tensor>;
}

/** Tensors that are made are added to `owned`. */
function differentiate(
  { model, generator, optimizer, graphs }: TrainingState,
  batch: Batch,
  settings: StepSettings,
  random: RandomStream,
  owned: tf.Tensor[],
): Differentiated {
  const { config } = model;
  const [count, height, width] = batch.pixels.shape as [number, number, number];
  const classes = config.labels.length;
  const noise = {
    queries: settings.denoising ? config.num_denoising : 0,
    labelNoise: config.label_noise_ratio,
    boxNoise: config.box_noise_scale,
    multiple: Math.max(1, config.num_denoising / 2),
  };
  const selected = selectedQueries(config, height, width);
  const denoising = denoisingQueries(batch.truth, classes, selected, noise, random);
  const graph = graphs.of(model, {
    batch: count,
    height,
    width,
    denoising: denoising?.padded ?? 0,
    usesBatchStatistics: batchStatistics[settings.norms],
    reads: partsRead(settings.loss),
    pulls: partsPulled(settings.loss),
  });
  const pass = graph.forward(model.tensors, batch.pixels, denoising);
  owned.push(...pass.statistics.values());
  const input = {
    truth: batch.truth,
    classes,
    points: config.decoder_n_points,
    samplePointRamp: samplePointRamp(optimizer.step + 1, settings),
    generator: generator?.weights ?? null,
    denoising,
  };
  const losses = (): ObjectiveResult => {
    assertOutputs(pass.values, optimizer.step + 1, batch);
    const found = objective(pass.values, input, settings.loss);
    assertFinite(found.loss, optimizer.step + 1, batch);
    return found;
  };
  let result: ObjectiveResult;
  try {
    result = losses();
  } catch (error) {
    graph.disposeForward(pass);
    throw error;
  }
  const { loss, gradients: seeds } = result;
  const gradients = graph.backward(pass, seeds);
  for (const [name, values] of loss.generatorGradients ?? [])
    gradients.set(GENERATOR + name, tf.tensor1d(Float32Array.from(values)));
  owned.push(...gradients.values());
  return { loss, gradients, statistics: pass.statistics };
}

const batchStatistics = {
  frozen: frozenNorms,
  heads: trainedNorms,
  all: () => true,
} as const satisfies Record<StepSettings["norms"], (norm: string) => boolean>;

function samplePointRamp(
  step: number,
  { rampSamplePoints, optimizer: { warmupSteps } }: StepSettings,
): number {
  return rampSamplePoints && warmupSteps > 0 ? Math.min(1, step / warmupSteps) : 1;
}

/** Graphs of the shapes used lately: batches differ in picture size and in the number of denoising queries. */
class TrainingGraphs {
  readonly #graphs = new Map<string, TrainingGraph>();

  of(model: ModelVariables, choices: TrainingGraphChoices): TrainingGraph {
    const { usesBatchStatistics, ...shape } = choices;
    const key = JSON.stringify([shape, usesBatchStatistics("model.backbone."), usesBatchStatistics("")]); // prettier-ignore
    const graph =
      this.#graphs.get(key) ??
      new TrainingGraph(model.config, model.tensors, new Set(model.trained.keys()), choices);
    this.#graphs.delete(key);
    this.#graphs.set(key, graph);
    if (this.#graphs.size > KEPT_GRAPHS) {
      const [oldest, unused] = this.#graphs.entries().next().value!;
      unused.dispose();
      this.#graphs.delete(oldest);
    }
    return graph;
  }

  dispose(): void {
    for (const graph of this.#graphs.values()) graph.dispose();
    this.#graphs.clear();
  }
}

const KEPT_GRAPHS = 24;

/** The losses work with the generator's values on the host. */
function readGenerator({ generator }: TrainingState): void {
  if (!generator) return;
  for (const [name, { variable }] of generator.trained)
    generator.weights.parameters.get(name.slice(GENERATOR.length))!.set(variable.dataSync());
}

/** Matching takes numbers only, so what the losses start from is looked at first. */
function assertOutputs(
  { layers, selection }: NetworkValues,
  step: number,
  { names: images }: Batch,
): void {
  const heads = [
    ...layers.map((parts, k) => [`decoder ${k}`, parts] as const),
    ["encoder", selection] as const,
  ];
  for (const [head, parts] of heads)
    for (const [part, term] of [
      ["logits", "vfl"],
      ["boxes", "bbox"],
    ] as const)
      if (!parts.get(part)!.every(Number.isFinite)) {
        const what = `the loss term "${head} ${term}" is no finite number, because the network's ${part} there are none`;
        throw notFinite({ step, what, images });
      }
}

function assertFinite(loss: LossResult, step: number, { names: images }: Batch): void {
  for (const [term, value] of loss.terms)
    if (!Number.isFinite(value))
      throw notFinite({ step, what: `the loss term "${term}" is ${value}`, images });
}
