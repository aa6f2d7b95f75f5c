/** RT-DETR, from pixels to the outputs of every stage. */
import { backbone } from "./backbone.ts";
import type { RtdetrConfig } from "./config.ts";
import { decoder, type DecoderLayerOutputs } from "./decoder.ts";
import { hybridEncoder } from "./hybrid-encoder.ts";
import type { ConvNormNames, Layers } from "./layers.ts";
import { selectQueries } from "./query-selection.ts";

export interface RtdetrOutputs<T> {
  /** Backbone maps of strides 8, 16, 32: [B,h,w,C]. */
  readonly backbone: readonly T[];
  /** Encoder maps of the same strides, [B,h,w,encoder_hidden_dim]. */
  readonly encoder: readonly T[];
  /** What the decoder samples from: [B,S,d_model], the levels one after another. */
  readonly memory: T;
  readonly shapes: readonly (readonly [height: number, width: number])[];
  /** The chosen tokens [B,Q] and the encoder heads' logits [B,Q,K] and boxes [B,Q,4] for them. */
  readonly selection: { readonly tokens: T; readonly logits: T; readonly boxes: T };
  /** One entry for each decoder layer; denoising queries come first. */
  readonly layers: readonly DecoderLayerOutputs<T>[];
}

/** Queries made from noisy truth, put before the selected ones in training. */
export interface DenoisingQueries<T> {
  readonly content: T; // [B,D,C]
  /** Boxes before the sigmoid, [B,D,4]. */
  readonly boxLogits: T;
  /** [D+Q,D+Q], added to the scores of self-attention: 0, or very low where attention is barred. */
  readonly mask: T;
}

export interface RtdetrOptions<T> {
  readonly denoising?: DenoisingQueries<T> | null;
  /** Tokens [B,Q] to use as queries instead of those with the best scores. */
  readonly tokens?: T | null;
}

/**
 * The whole model. pixels: [B,H,W,3], 0..1, H and W multiples of 32.
 * Boxes are cxcywh in 0..1 of the picture.
 */
export function rtdetr<T>(
  layers: Layers<T>,
  pixels: T,
  config: RtdetrConfig,
  { denoising = null, tokens = null }: RtdetrOptions<T> = {},
): RtdetrOutputs<T> {
  const { ops } = layers;
  const levels = config.num_feature_levels;
  const maps = backbone(layers, pixels, config.backbone_config).slice(4 - levels);
  const projected = maps.map((map, level) =>
    layers.block(() => layers.convNorm(map, names(`model.encoder_input_proj.${level}`), 1, "none")),
  );
  const encoded = hybridEncoder(layers, projected, config);
  const memory = layers.block(() => flattenLevels(layers, encoded));
  const shapes = encoded.map((map) => {
    const [, height, width] = ops.shapeOf(map);
    return [height!, width!] as const;
  });
  const selection = selectQueries(layers, memory, shapes, config, tokens);
  const queries = ops.shapeOf(selection.tokens)[1]!;
  const batch = ops.shapeOf(memory)[0]!;
  const content = config.learn_initial_query
    ? repeat(layers, layers.parameter("model.weight_embedding.weight"), batch, queries)
    : layers.detach(selection.content);
  const boxLogits = layers.detach(selection.boxLogits);
  const outputs = decoder(
    layers,
    {
      content: denoising === null ? content : ops.concat([denoising.content, content], 1),
      boxLogits: denoising === null ? boxLogits : ops.concat([denoising.boxLogits, boxLogits], 1),
      memory,
      grid: {
        batch,
        heads: config.decoder_attention_heads,
        points: config.decoder_n_points,
        shapes,
      },
      mask: denoising?.mask ?? null,
    },
    config,
  );
  return {
    backbone: maps,
    encoder: encoded,
    memory,
    shapes,
    selection: {
      tokens: selection.tokens,
      logits: selection.logits,
      boxes: ops.sigmoid(selection.boxLogits),
    },
    layers: outputs,
  };
}

function flattenLevels<T>(layers: Layers<T>, maps: readonly T[]): T {
  const { ops } = layers;
  const parts = maps.map((map, level) => {
    const x = layers.convNorm(map, names(`model.decoder_input_proj.${level}`), 1, "none");
    const [batch, height, width, channels] = ops.shapeOf(x) as [number, number, number, number];
    return ops.reshape(x, [batch, height * width, channels]);
  });
  return ops.concat(parts, 1);
}

function repeat<T>(layers: Layers<T>, embedding: T, batch: number, queries: number): T {
  const { ops } = layers;
  const channels = ops.shapeOf(embedding)[1]!;
  const one = ops.reshape(ops.slice(embedding, [0, 0], [queries, channels]), [
    1,
    queries,
    channels,
  ]);
  return ops.concat(
    Array.from({ length: batch }, () => one),
    0,
  );
}

/** The names of a projection, a sequence of convolution and batch norm. */
function names(prefix: string): ConvNormNames {
  return { conv: `${prefix}.0`, norm: `${prefix}.1` };
}
