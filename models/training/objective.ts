/**
 * Joins the network and its losses: the losses and their gradients are worked out on the host in float64 from the
 * outputs as they were read, and the gradients go back into the network.
 */
import type { LossConfig } from "../losses/config.ts";
import type { HeadGradients, HeadOutputs, LayerParts } from "../losses/heads.ts";
import type { Matches } from "../losses/matching.ts";
import type { WeightGenerator } from "../losses/reweighting.ts";
import { totalLoss, type LossResult, type TrainingTruth } from "../losses/total.ts";
import type { LayerPart, NetworkValues, PartValues } from "./training-graph.ts";

export interface ObjectiveInput {
  readonly truth: readonly TrainingTruth[];
  readonly classes: number;
  /** Sampling points per head and level. */
  readonly points: number;
  readonly samplePointRamp: number;
  readonly generator: WeightGenerator | null;
  /** The denoising queries that come first in every decoder layer, `padded` of them; null for none. */
  readonly denoising: {
    readonly count: number;
    readonly padded: number;
    readonly groups: number;
    readonly matches: Matches;
  } | null;
}

export interface ObjectiveResult {
  readonly loss: LossResult;
  /** Gradients of the total by the network's outputs; parts that nothing pulls at are missing. */
  readonly gradients: NetworkValues;
}

/** What the losses read of the decoder layers beside logits and boxes. */
export function partsRead({ reweighting, samplePoints }: LossConfig): LayerPart[] {
  return [
    ...(reweighting ? (["hidden", "boxHidden"] as const) : []),
    ...(samplePoints ? (["offsetsX", "offsetsY", "attention", "reference"] as const) : []),
  ];
}

/** Those of them that take a gradient. All switches off differentiates exactly plain RT-DETR. */
export function partsPulled({ reweighting, samplePoints }: LossConfig): LayerPart[] {
  return [
    ...(reweighting?.variant === "paper" ? (["hidden", "boxHidden"] as const) : []),
    ...(samplePoints ? (["offsetsX", "offsetsY", "attention"] as const) : []),
  ];
}

export function objective(
  outputs: NetworkValues,
  input: ObjectiveInput,
  config: LossConfig,
): ObjectiveResult {
  const batch = input.truth.length;
  const parts = outputs.layers.flatMap((values, index) => splitQueries(values, index, input));
  const selection = selectionHead(outputs.selection, batch);
  const heads = [...parts.map(({ head }) => head), selection];
  const loss = totalLoss({ ...input, heads, decoderLayers: outputs.layers.length }, config);
  const layers = outputs.layers.map(() => new Map<string, Float32Array>());
  for (const [k, part] of parts.entries())
    part.collect(loss.gradients[k]!, outputs.layers[part.layer]!, layers[part.layer]!);
  const { logits, boxes } = loss.gradients.at(-1)!;
  return {
    loss,
    gradients: {
      layers,
      selection: new Map([
        ["logits", Float32Array.from(logits)],
        ["boxes", Float32Array.from(boxes)],
      ]),
    },
  };
}

interface QueryPart {
  readonly layer: number;
  readonly head: HeadOutputs;
  /** Puts the head's gradients to those of its layer's outputs. */
  collect(from: HeadGradients, values: PartValues, to: Map<string, Float32Array>): void;
}

const pulled = [
  "logits",
  "boxes",
  "hidden",
  "boxHidden",
  "offsetsX",
  "offsetsY",
  "attention",
] as const satisfies readonly (keyof HeadGradients)[];

/** Denoising queries and selected ones have losses of their own. */
function splitQueries(values: PartValues, layer: number, input: ObjectiveInput): QueryPart[] {
  const batch = input.truth.length;
  const all = values.get("boxes")!.length / 4 / batch;
  const part = (from: number, count: number, denoising: ObjectiveInput["denoising"]): QueryPart => {
    const range = { batch, all, from, count };
    const slice = (name: string) => rows(values.get(name) ?? nothing, range);
    return {
      layer,
      head: {
        name: `${denoising ? "denoising" : "decoder"} ${layer}`,
        queries: count,
        logits: Float64Array.from(slice("logits")),
        boxes: Float64Array.from(slice("boxes")),
        matches: denoising?.matches ?? null,
        groups: denoising?.groups ?? 1,
        layer: denoising ? null : layerParts(layer, slice),
      },
      collect(gradients, like, to) {
        for (const name of pulled) {
          const gradient = gradients[name];
          if (!gradient) continue;
          const whole = to.get(name) ?? new Float32Array(like.get(name)!.length);
          to.set(name, whole);
          putRows(whole, gradient, range);
        }
      },
    };
  };
  const { denoising } = input;
  if (!denoising) return [part(0, all, null)];
  const { count, padded } = denoising;
  return [part(padded, all - padded, null), part(0, count, denoising)];
}

const nothing = new Float32Array(0);

function layerParts(index: number, slice: (part: LayerPart) => Float32Array): LayerParts {
  return {
    index,
    hidden: slice("hidden"),
    boxHidden: slice("boxHidden"),
    offsetsX: slice("offsetsX"),
    offsetsY: slice("offsetsY"),
    attention: slice("attention"),
    reference: slice("reference"),
  };
}

function selectionHead(values: PartValues, batch: number): HeadOutputs {
  const boxes = values.get("boxes")!;
  return {
    name: "encoder",
    queries: boxes.length / 4 / batch,
    logits: Float64Array.from(values.get("logits")!),
    boxes: Float64Array.from(boxes),
    matches: null,
    groups: 1,
    layer: null,
  };
}

/** Some of the queries of every image. */
interface QueryRange {
  readonly batch: number;
  readonly all: number;
  readonly from: number;
  readonly count: number;
}

/** [B,all,W] -> [B,count,W]. */
function rows(array: Float32Array, { batch, all, from, count }: QueryRange): Float32Array {
  if (count === all || array.length === 0) return array;
  const width = array.length / batch / all;
  const out = new Float32Array(batch * count * width);
  for (let b = 0; b < batch; b++) {
    const start = (b * all + from) * width;
    out.set(array.subarray(start, start + count * width), b * count * width);
  }
  return out;
}

function putRows(
  into: Float32Array,
  part: Float32Array | Float64Array,
  { batch, all, from, count }: QueryRange,
): void {
  const width = into.length / batch / all;
  for (let b = 0; b < batch; b++) {
    into.set(part.subarray(b * count * width, (b + 1) * count * width), (b * all + from) * width);
  }
}
