import { selfAttention } from "./attention.ts";
import type { RtdetrConfig } from "./config.ts";
import { mapSizes } from "./deformable-attention.ts";
import type { Layers, SamplingGrid } from "./layers.ts";
import { boxHead } from "./query-selection.ts";

const PREFIX = "model.decoder";

/** What one decoder layer gives. Q counts all queries, denoising ones first; J = heads * levels * points. */
export interface DecoderLayerOutputs<T> {
  /** The box each query starts from in this layer, without gradient: [B,Q,4] cxcywh, 0..1. */
  readonly reference: T;
  /** The layer's output, [B,Q,C]. */
  readonly hidden: T;
  /** The box head's last hidden layer, after its ReLU, [B,Q,C]. */
  readonly boxHidden: T;
  readonly logits: T; // [B,Q,K]
  readonly boxes: T; // [B,Q,4] cxcywh, 0..1
  /** Displacement of each sampling point from the reference centre, in image widths and heights: [B*Q,J]. */
  readonly offsets: { readonly x: T; readonly y: T };
  /** Attention weight of each sampling point, [B*Q,J]; they sum to 1 over a head's levels and points. */
  readonly attention: T;
}

export interface DecoderInputs<T> {
  /** Content of the queries, [B,Q,C]. */
  readonly content: T;
  /** Boxes before the sigmoid, [B,Q,4]. */
  readonly boxLogits: T;
  /** [B,S,C]. */
  readonly memory: T;
  readonly grid: SamplingGrid;
  /** [Q,Q], added to the scores of self-attention, or null. */
  readonly mask: T | null;
}

/** The decoder: each layer attends among queries, samples the memory and refines the boxes. */
export function decoder<T>(
  layers: Layers<T>,
  inputs: DecoderInputs<T>,
  config: RtdetrConfig,
): DecoderLayerOutputs<T>[] {
  const { ops } = layers;
  const outputs: DecoderLayerOutputs<T>[] = [];
  let hidden = inputs.content;
  let reference = layers.detach(ops.sigmoid(inputs.boxLogits));
  for (let index = 0; index < config.decoder_layers; index += 1) {
    const name = `${PREFIX}.layers.${index}`;
    const sampled = decoderLayer(layers, hidden, reference, inputs, name, config);
    hidden = sampled.hidden;
    const head = boxHead(layers, hidden, `${PREFIX}.bbox_embed.${index}`);
    const boxes = ops.sigmoid(ops.add(head.box, inverseSigmoid(layers, reference)));
    outputs.push({
      ...sampled,
      reference,
      boxHidden: head.hidden,
      logits: layers.linear(hidden, `${PREFIX}.class_embed.${index}`),
      boxes,
    });
    reference = layers.detach(boxes);
  }
  return outputs;
}

function decoderLayer<T>(
  layers: Layers<T>,
  input: T,
  reference: T,
  { memory, grid, mask }: DecoderInputs<T>,
  name: string,
  config: RtdetrConfig,
) {
  const { ops } = layers;
  const place = layers.linear(reference, `${PREFIX}.query_pos_head.layers.0`, "relu");
  const position = layers.linear(place, `${PREFIX}.query_pos_head.layers.1`);
  const self = { prefix: `${name}.self_attn`, heads: config.decoder_attention_heads };
  const attended = layers.layerNorm(
    ops.add(input, selfAttention(layers, input, position, self, mask)),
    `${name}.self_attn_layer_norm`,
  );
  const cross = deformableAttention(
    layers,
    ops.add(attended, position),
    reference,
    memory,
    grid,
    `${name}.encoder_attn`,
  );
  const looked = layers.layerNorm(
    ops.add(attended, cross.output),
    `${name}.encoder_attn_layer_norm`,
  );
  const inner = layers.linear(looked, `${name}.fc1`, config.decoder_activation_function);
  const hidden = layers.layerNorm(
    ops.add(looked, layers.linear(inner, `${name}.fc2`)),
    `${name}.final_layer_norm`,
  );
  return { hidden, offsets: cross.offsets, attention: cross.attention };
}

/**
 * Cross-attention: each query samples the memory at points around its reference box. The raw offset of a
 * point counts in units of half the box, divided by the number of points.
 */
function deformableAttention<T>(
  layers: Layers<T>,
  queries: T,
  reference: T,
  memory: T,
  grid: SamplingGrid,
  name: string,
) {
  const { ops } = layers;
  const [batch, count, channels] = ops.shapeOf(queries) as [number, number, number];
  const total = batch * count;
  const perHead = grid.shapes.length * grid.points;
  const samples = grid.heads * perHead;
  const value = layers.linear(memory, `${name}.value_proj`);
  const raw = ops.reshape(layers.linear(queries, `${name}.sampling_offsets`), [total * samples, 2]);
  const column = (x: T, rows: number, index: number): T => ops.slice(x, [0, index], [rows, 1]);
  const box = ops.reshape(reference, [total, 4]);
  const scale = 0.5 / grid.points;
  const along = (axis: 0 | 1) => {
    const offset = ops.reshape(column(raw, total * samples, axis), [total, samples]);
    return ops.mul(offset, ops.mul(column(box, total, axis + 2), scale));
  };
  const offsets = { x: along(0), y: along(1) };
  const { widths, heights } = mapSizes(grid);
  const toPixels = (offset: T, axis: 0 | 1, sizes: Float32Array): T => {
    const place = ops.add(offset, column(box, total, axis));
    return ops.add(ops.mul(place, ops.constant(sizes, [samples])), -0.5);
  };
  const scores = layers.linear(queries, `${name}.attention_weights`);
  const shares = ops.softmax(ops.reshape(scores, [total * grid.heads, perHead]));
  const attention = ops.reshape(shares, [total, samples]);
  const sampled = layers.sample(
    value,
    toPixels(offsets.x, 0, widths),
    toPixels(offsets.y, 1, heights),
    attention,
    grid,
  );
  const output = layers.linear(
    ops.reshape(sampled, [batch, count, channels]),
    `${name}.output_proj`,
  );
  return { output, offsets, attention };
}

const LOGIT_MARGIN = 1e-5;

/** log(x / (1 - x)) with both kept at least 1e-5. x has no gradient. */
function inverseSigmoid<T>(layers: Layers<T>, x: T): T {
  const { ops } = layers;
  const within = ops.minimum(ops.maximum(x, 0), 1);
  const above = ops.maximum(within, LOGIT_MARGIN);
  const below = ops.maximum(ops.sub(1, within), LOGIT_MARGIN);
  return ops.log(ops.div(above, below));
}
