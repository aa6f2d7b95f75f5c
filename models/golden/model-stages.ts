import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { readCheckpoint } from "../rtdetr/checkpoint.ts";
import type { RtdetrConfig } from "../rtdetr/config.ts";
import type { Layers } from "../rtdetr/layers.ts";
import { eagerOps } from "../rtdetr/eager-ops.ts";
import { FoldedWeights } from "../rtdetr/folded-weights.ts";
import { inferenceLayers } from "../rtdetr/inference-layers.ts";
import { RtdetrGraph } from "../rtdetr/graph-model.ts";
import { toTensors, type HostParameters } from "../rtdetr/parameters.ts";
import { rtdetr, type RtdetrOutputs } from "../rtdetr/rtdetr.ts";
import { SafetensorsFile } from "../weights/safetensors.ts";
import { absoluteDifference, Worst, type Measure } from "./compare.ts";

/** Scores closer than this are a tie: either order of their tokens is right. */
const TIE = 1e-5;

/** tiny-STAR/io.safetensors: the outputs of a small model at every stage. */
export const modelStagesMeasure =
  (name: string) =>
  (folder: string): Measure => {
    const { config, values } = readCheckpoint(join(folder, name));
    using io = new SafetensorsFile(join(folder, name, "io.safetensors"));
    const worst = new Worst();
    tf.tidy(() => {
      const layers = eagerLayers(config, values);
      const pixels = tf.transpose(readTensor(io, "pixel_values"), [0, 2, 3, 1]);
      const tokens = referenceTokens(layers, pixels, config, {
        logits: readTensor(io, "enc_topk_logits"),
        boxes: readTensor(io, "enc_topk_boxes"),
      });
      const compare = (how: string, found: readonly Stage<tf.Tensor>[]): void => {
        for (const stage of found) {
          const actual = whole(stage).dataSync();
          worst.add(`${stage.name} ${how}`, absoluteDifference(actual, io.read(stage.name)));
        }
      };
      const outputs = rtdetr(layers, pixels, config, { tokens: tokens.indices });
      compare("layer by layer", stages(outputs));
      compare("as a graph", graphStages(config, values, pixels, tokens.indices));
      worst.add("order of the chosen tokens", tokens.disorder > TIE ? tokens.disorder : 0);
      if (tokens.tied > 0)
        worst.note(
          `${tokens.tied} of the chosen tokens tie within ${TIE} and were taken in the file's order`,
        );
    });
    return worst.result();
  };

/** The model operation by operation. Call it within tf.tidy. */
export function eagerLayers(config: RtdetrConfig, values: HostParameters): Layers<tf.Tensor> {
  const weights = new FoldedWeights(toTensors(config, values), config.batch_norm_eps);
  return inferenceLayers(eagerOps, weights, config.layer_norm_eps);
}

export function readTensor(file: SafetensorsFile, name: string): tf.Tensor {
  return tf.tensor(file.read(name), [...file.entries.get(name)!.shape]);
}

interface Stage<T> {
  readonly name: string;
  /** A map [B,h,w,C], a tensor as it is, or one tensor for each decoder layer. */
  readonly kind: "map" | "plain" | "layers";
  readonly parts: readonly T[];
}

function stages<T>(outputs: RtdetrOutputs<T>): Stage<T>[] {
  const maps = (name: string, list: readonly T[]): Stage<T>[] =>
    list.map((map, level) => ({ name: `${name}_${level}`, kind: "map", parts: [map] }));
  const plain = (name: string, part: T): Stage<T> => ({ name, kind: "plain", parts: [part] });
  const layers = (name: string, parts: T[]): Stage<T> => ({ name, kind: "layers", parts });
  const last = outputs.layers.at(-1)!;
  return [
    ...maps("backbone", outputs.backbone),
    ...maps("encoder", outputs.encoder),
    plain("enc_topk_logits", outputs.selection.logits),
    plain("enc_topk_boxes", outputs.selection.boxes),
    layers("intermediate_logits", outputs.layers.map(({ logits }) => logits)), // prettier-ignore
    layers("intermediate_boxes", outputs.layers.map(({ boxes }) => boxes)), // prettier-ignore
    plain("logits", last.logits),
    plain("pred_boxes", last.boxes),
  ];
}

/** A stage in the file's layout. */
function whole({ kind, parts }: Stage<tf.Tensor>): tf.Tensor {
  if (kind === "map") return tf.transpose(parts[0]!, [0, 3, 1, 2]);
  return kind === "layers" ? tf.stack([...parts], 1) : parts[0]!;
}

/** The stages as the graph gives them that detects in the product. */
function graphStages(
  config: RtdetrConfig,
  values: HostParameters,
  pixels: tf.Tensor,
  tokens: tf.Tensor,
): Stage<tf.Tensor>[] {
  const weights = new FoldedWeights(toTensors(config, values), config.batch_norm_eps);
  const graph = new RtdetrGraph(config, weights, pixels.shape, tokens.dataSync<"int32">());
  const wanted = stages(graph.outputs);
  const results = graph.run(
    pixels,
    wanted.flatMap(({ parts }) => parts),
  );
  graph.dispose();
  weights.dispose();
  return wanted.map((stage) => ({ ...stage, parts: results.splice(0, stage.parts.length) }));
}

export interface ReferenceTokens {
  /** int32 [B,Q]. */
  readonly indices: tf.Tensor;
  /** How many stand where our own order has another token. */
  readonly tied: number;
  /** By how much at most our scores contradict the reference's choice and order; 0 where they do not. */
  readonly disorder: number;
}

/**
 * The tokens that the reference chose, found by their boxes and logits. Which of two tokens with equal
 * scores comes first is chance, but all that follows depends on it.
 * reference: logits [B,Q,K] and boxes [B,Q,4] of the chosen tokens.
 */
export function referenceTokens(
  layers: Layers<tf.Tensor>,
  pixels: tf.Tensor,
  config: RtdetrConfig,
  reference: { readonly logits: tf.Tensor; readonly boxes: tf.Tensor },
): ReferenceTokens {
  const [batch, queries, labels] = reference.logits.shape as [number, number, number];
  const own = rtdetr(layers, pixels, config);
  const positions = own.memory.shape[1]!;
  const everyone = tf.tile(tf.range(0, positions, 1, "int32").expandDims(0), [batch, 1]);
  const all = rtdetr(layers, pixels, config, { tokens: everyone }).selection;
  const features = (x: { logits: tf.Tensor; boxes: tf.Tensor }) =>
    tf.concat([x.logits, x.boxes], 2).arraySync() as number[][][];
  const candidates = features(all);
  const wanted = features(reference);
  const ownTokens = own.selection.tokens.arraySync() as number[][];
  const indices = new Int32Array(batch * queries);
  let tied = 0;
  let disorder = 0;
  for (let image = 0; image < batch; image += 1) {
    const score = (token: number): number =>
      Math.max(...candidates[image]![token]!.slice(0, labels));
    const taken = new Set<number>();
    const chosen = wanted[image]!.map((target) => nearest(candidates[image]!, target, taken));
    for (const [rank, token] of chosen.entries()) {
      const ours = ownTokens[image]![rank]!;
      if (token === ours) continue;
      tied += 1;
      disorder = Math.max(disorder, Math.abs(score(token) - score(ours)));
    }
    indices.set(chosen, image * queries);
  }
  return { indices: tf.tensor2d(indices, [batch, queries], "int32"), tied, disorder };
}

/** Positions at the border share one content and one box, so each token is taken once. */
function nearest(
  candidates: readonly number[][],
  target: readonly number[],
  taken: Set<number>,
): number {
  let best = -1;
  let smallest = Infinity;
  for (const [token, features] of candidates.entries()) {
    if (taken.has(token)) continue;
    let distance = 0;
    for (const [i, value] of target.entries())
      distance = Math.max(distance, Math.abs(value - features[i]!));
    if (distance < smallest) [best, smallest] = [token, distance];
  }
  taken.add(best);
  return best;
}
