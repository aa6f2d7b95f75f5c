/** tiny-STAR/loss.json and grads.safetensors: the training loss of a small model and every parameter's gradient. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { plainLoss } from "../losses/config.ts";
import type { LossResult, TrainingTruth } from "../losses/total.ts";
import { readCheckpoint } from "../rtdetr/checkpoint.ts";
import { canonicalName } from "../rtdetr/names.ts";
import { toFileValues } from "../rtdetr/parameters.ts";
import { frozenNorms } from "../rtdetr/training-layers.ts";
import { createModelVariables } from "../training/model-variables.ts";
import { objective } from "../training/objective.ts";
import { TrainingGraph } from "../training/training-graph.ts";
import { SafetensorsFile } from "../weights/safetensors.ts";
import { normDifference, Worst, type Measure } from "./compare.ts";
import { eagerLayers, readTensor, referenceTokens } from "./model-stages.ts";

interface LossFile {
  labels: { class_labels: number[]; boxes: number[][] }[];
  loss: number;
  terms: Record<string, number>;
}

/** Loss terms, relative to each term. */
export const modelLossMeasure =
  (name: string) =>
  (folder: string): Measure => {
    const worst = new Worst();
    const file = readLoss(folder, name);
    const { loss, layers } = differentiate(folder, name, file, () => undefined);
    worst.add("total", Math.abs(loss.total - file.loss) / Math.abs(file.loss));
    for (const [term, expected] of Object.entries(file.terms)) {
      const actual = loss.terms.get(ourName(term, layers));
      worst.add(term, Math.abs((actual ?? NaN) - expected) / Math.abs(expected));
    }
    return worst.result();
  };

/**
 * Gradients that are this small a part of the whole are zero or nearly so in exact arithmetic (the bias of a key
 * projection, say) and rounding noise in float32; they are compared in units of that size.
 */
const NOISE = 1e-5;

/** Gradients, norm-wise per parameter. */
export const modelGradientsMeasure =
  (name: string) =>
  (folder: string): Measure => {
    const worst = new Worst();
    const file = readLoss(folder, name);
    using expected = new SafetensorsFile(join(folder, name, "grads.safetensors"));
    const values = new Map(
      [...expected.entries.keys()].map((key) => [canonicalName(key), expected.read(key)]),
    );
    const whole = Math.hypot(
      ...[...values.values()].map((g) => Math.sqrt(g.reduce((s, v) => s + v * v, 0))),
    );
    const seen = new Set<string>();
    differentiate(folder, name, file, (parameter, gradient) => {
      const wanted = values.get(parameter);
      if (!wanted) return; // a parameter that this loss does not depend on
      seen.add(parameter);
      worst.add(parameter, normDifference(gradient, wanted, NOISE * whole));
    });
    for (const parameter of values.keys())
      if (!seen.has(parameter)) worst.add(`${parameter}: none`, NaN);
    return worst.result();
  };

function readLoss(folder: string, name: string): LossFile {
  return JSON.parse(readFileSync(join(folder, name, "loss.json"), "utf8")) as LossFile;
}

/** loss_vfl is the last decoder layer's, loss_vfl_aux_0 the first's; the last aux is the encoder's. */
function ourName(term: string, layers: number): string {
  const [, kind, aux] = /^loss_([a-z]+)(?:_aux_(\d+))?$/.exec(term) ?? [];
  if (aux === undefined) return `decoder ${layers - 1} ${kind}`;
  return Number(aux) === layers - 1 ? `encoder ${kind}` : `decoder ${aux} ${kind}`;
}

function differentiate(
  folder: string,
  name: string,
  file: LossFile,
  onGradient: (parameter: string, values: Float32Array) => void,
): { loss: LossResult; layers: number } {
  const { config, values } = readCheckpoint(join(folder, name));
  using io = new SafetensorsFile(join(folder, name, "io.safetensors"));
  const model = createModelVariables(config, values, { trainBackboneNorms: false });
  const truth = file.labels.map((image): TrainingTruth => ({
    classes: Int32Array.from(image.class_labels),
    boxes: Float64Array.from(image.boxes.flat()),
    regions: new Float64Array(0),
  }));
  const input = {
    truth,
    classes: config.labels.length,
    points: config.decoder_n_points,
    samplePointRamp: 1,
    generator: null,
    denoising: null,
  };
  let found: LossResult | null = null;
  tf.tidy(() => {
    const pixels = tf.transpose(readTensor(io, "pixel_values"), [0, 2, 3, 1]);
    const tokens = referenceTokens(eagerLayers(config, values), pixels, config, {
      logits: readTensor(io, "enc_topk_logits"),
      boxes: readTensor(io, "enc_topk_boxes"),
    });
    const [batch, height, width] = pixels.shape as [number, number, number];
    const graph = new TrainingGraph(config, model.tensors, new Set(model.trained.keys()), {
      ...{ batch, height, width, denoising: 0, reads: [], pulls: [] },
      usesBatchStatistics: frozenNorms,
      tokens: tokens.indices.dataSync<"int32">(),
    });
    const pass = graph.forward(model.tensors, pixels, null);
    const { loss, gradients } = objective(pass.values, input, plainLoss);
    for (const [parameter, gradient] of graph.backward(pass, gradients))
      onGradient(parameter, toFileValues(model.specs.get(parameter)!, gradient));
    graph.dispose();
    found = loss;
  });
  model.dispose();
  return { loss: found!, layers: config.decoder_layers };
}
