/**
 * Joins the network and its losses: the outputs are read once, the losses and their gradients are worked out on the
 * host in float64, and go back into the network as one differentiable node.
 */
import * as tf from "@tensorflow/tfjs";
import type { LossConfig } from "../losses/config.ts";
import type { HeadGradients, HeadOutputs } from "../losses/heads.ts";
import type { Matches } from "../losses/matching.ts";
import type { WeightGenerator } from "../losses/reweighting.ts";
import { totalLoss, type LossResult, type TrainingTruth } from "../losses/total.ts";
import type { DecoderLayerOutputs } from "../rtdetr/decoder.ts";
import type { RtdetrOutputs } from "../rtdetr/rtdetr.ts";

export interface ObjectiveInput {
  readonly truth: readonly TrainingTruth[];
  readonly classes: number;
  /** Sampling points per head and level. */
  readonly points: number;
  readonly samplePointRamp: number;
  readonly generator: WeightGenerator | null;
  /** The denoising queries that come first in every decoder layer; null for none. */
  readonly denoising: {
    readonly count: number;
    readonly groups: number;
    readonly matches: Matches;
  } | null;
}

/** A tensor that takes a gradient, and where its gradient is collected. */
interface Port {
  readonly tensor: tf.Tensor;
  gradient: Float32Array | null;
}

/**
 * The scalar to differentiate; `onResult` is handed the losses before this returns.
 * Must be called inside tf.variableGrads or tf.tidy.
 */
export function objective(
  outputs: RtdetrOutputs<tf.Tensor>,
  input: ObjectiveInput,
  config: LossConfig,
  onResult: (result: LossResult) => void,
): tf.Scalar {
  const ports: Port[] = [];
  const port = (tensor: tf.Tensor): Port => {
    const made = { tensor, gradient: null };
    ports.push(made);
    return made;
  };
  const batch = input.truth.length;
  const sources = outputs.layers.map((layer) => layerSource(layer, config, port));
  const selection = {
    logits: port(outputs.selection.logits),
    boxes: port(outputs.selection.boxes),
  };
  const evaluate = () => {
    const heads: HeadOutputs[] = [];
    const back: ((gradients: HeadGradients) => void)[] = [];
    for (const [index, source] of sources.entries()) {
      const values = readLayer(source, outputs.layers[index]!, batch, config);
      for (const part of splitQueries(values, index, batch, input)) {
        heads.push(part.head);
        back.push((gradients) => part.collect(gradients, source));
      }
    }
    heads.push(encoderHead(selection));
    back.push((gradients) => {
      selection.logits.gradient = Float32Array.from(gradients.logits);
      selection.boxes.gradient = Float32Array.from(gradients.boxes);
    });
    const result = totalLoss({ ...input, heads, decoderLayers: outputs.layers.length }, config);
    result.gradients.forEach((gradients, k) => back[k]!(gradients));
    onResult(result);
    return result.total;
  };
  const node = tf.customGrad((() => ({
    value: tf.scalar(evaluate()),
    gradFunc: () =>
      ports.map(({ tensor, gradient }) =>
        gradient === null ? tf.zerosLike(tensor) : tf.tensor(gradient, tensor.shape),
      ),
  })) as Parameters<typeof tf.customGrad>[0]);
  return node(...ports.map(({ tensor }) => tensor)) as tf.Scalar;
}

interface LayerSource {
  readonly logits: Port;
  readonly boxes: Port;
  readonly hidden: Port | null;
  readonly boxHidden: Port | null;
  readonly offsetsX: Port | null;
  readonly offsetsY: Port | null;
  readonly attention: Port | null;
}

/** Only what a switch pulls at takes a gradient: all off differentiates exactly plain RT-DETR. */
function layerSource(
  layer: DecoderLayerOutputs<tf.Tensor>,
  config: LossConfig,
  port: (tensor: tf.Tensor) => Port,
): LayerSource {
  const pulls = config.reweighting?.variant === "paper";
  const refines = config.samplePoints !== null;
  return {
    logits: port(layer.logits),
    boxes: port(layer.boxes),
    hidden: pulls ? port(layer.hidden) : null,
    boxHidden: pulls ? port(layer.boxHidden) : null,
    offsetsX: refines ? port(layer.offsets.x) : null,
    offsetsY: refines ? port(layer.offsets.y) : null,
    attention: refines ? port(layer.attention) : null,
  };
}

interface LayerValues {
  readonly queries: number;
  readonly logits: Float32Array;
  readonly boxes: Float32Array;
  readonly extra: { readonly [part in ExtraPart]: Float32Array } | null;
}

type ExtraPart = "hidden" | "boxHidden" | "offsetsX" | "offsetsY" | "attention" | "reference";

const read = (tensor: tf.Tensor) => tensor.dataSync<"float32">();
const nothing = new Float32Array(0);

function readLayer(
  source: LayerSource,
  layer: DecoderLayerOutputs<tf.Tensor>,
  batch: number,
  config: LossConfig,
): LayerValues {
  const weighs = config.reweighting !== null;
  const refines = config.samplePoints !== null;
  const logits = read(source.logits.tensor);
  const boxes = read(source.boxes.tensor);
  return {
    queries: boxes.length / 4 / batch,
    logits,
    boxes,
    extra:
      weighs || refines
        ? {
            hidden: weighs ? read(layer.hidden) : nothing,
            boxHidden: weighs ? read(layer.boxHidden) : nothing,
            offsetsX: refines ? read(layer.offsets.x) : nothing,
            offsetsY: refines ? read(layer.offsets.y) : nothing,
            attention: refines ? read(layer.attention) : nothing,
            reference: refines ? read(layer.reference) : nothing,
          }
        : null,
  };
}

interface QueryPart {
  readonly head: HeadOutputs;
  collect(gradients: HeadGradients, source: LayerSource): void;
}

/** Denoising queries and selected ones have losses of their own. */
function splitQueries(
  values: LayerValues,
  index: number,
  batch: number,
  input: ObjectiveInput,
): QueryPart[] {
  const first = input.denoising?.count ?? 0;
  const all = values.queries;
  const slice = (array: Float32Array, from: number, count: number) =>
    array.length === 0 ? array : rows(array, batch, all, from, count);
  const part = (name: string, from: number, count: number, denoising: boolean): QueryPart => ({
    head: {
      name: `${name} ${index}`,
      queries: count,
      logits: Float64Array.from(slice(values.logits, from, count)),
      boxes: Float64Array.from(slice(values.boxes, from, count)),
      matches: denoising ? input.denoising!.matches : null,
      groups: denoising ? input.denoising!.groups : 1,
      layer:
        denoising || !values.extra
          ? null
          : {
              index,
              hidden: slice(values.extra.hidden, from, count),
              boxHidden: slice(values.extra.boxHidden, from, count),
              offsetsX: slice(values.extra.offsetsX, from, count),
              offsetsY: slice(values.extra.offsetsY, from, count),
              attention: slice(values.extra.attention, from, count),
              reference: slice(values.extra.reference, from, count),
            },
    },
    collect: (gradients, source) => {
      for (const key of [
        "logits",
        "boxes",
        "hidden",
        "boxHidden",
        "offsetsX",
        "offsetsY",
        "attention",
      ] as const) {
        const port = source[key];
        const gradient = gradients[key];
        if (!port || !gradient) continue;
        port.gradient ??= new Float32Array(port.tensor.size);
        putRows(port.gradient, gradient, batch, all, from, count);
      }
    },
  });
  const selected = part("decoder", first, all - first, false);
  return first > 0 ? [selected, part("denoising", 0, first, true)] : [selected];
}

/** Queries from..from+count of every image: [B,all,W] -> [B,count,W]. */
function rows(
  array: Float32Array,
  batch: number,
  all: number,
  from: number,
  count: number,
): Float32Array {
  if (count === all) return array;
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
  batch: number,
  all: number,
  from: number,
  count: number,
): void {
  const width = into.length / batch / all;
  for (let b = 0; b < batch; b++) {
    into.set(part.subarray(b * count * width, (b + 1) * count * width), (b * all + from) * width);
  }
}

function encoderHead({ logits, boxes }: { logits: Port; boxes: Port }): HeadOutputs {
  return {
    name: "encoder",
    queries: boxes.tensor.shape[1]!,
    logits: Float64Array.from(read(logits.tensor)),
    boxes: Float64Array.from(read(boxes.tensor)),
    matches: null,
    groups: 1,
    layer: null,
  };
}
