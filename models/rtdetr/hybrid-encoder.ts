import { selfAttention } from "./attention.ts";
import type { RtdetrConfig } from "./config.ts";
import type { ConvNormNames, Layers } from "./layers.ts";

const PREFIX = "model.encoder";

/** RepVGG units in a fusion block; the layout has no key for it. */
export const FUSION_UNITS = 3;

/**
 * Hybrid encoder: a transformer layer on the coarsest map (AIFI), then fusion top-down and bottom-up (CCFM).
 * maps: of strides 8, 16, 32, all with encoder_hidden_dim channels. Returns maps of the same shapes.
 */
export function hybridEncoder<T>(layers: Layers<T>, maps: readonly T[], config: RtdetrConfig): T[] {
  const enriched = [...maps];
  for (const [order, level] of config.encode_proj_layers.entries())
    enriched[level] = layers.block(() => withinScale(layers, maps[level] as T, order, config));
  return fuse(layers, enriched, config);
}

/** AIFI: transformer layers over the positions of one map. */
function withinScale<T>(layers: Layers<T>, map: T, order: number, config: RtdetrConfig): T {
  const { ops } = layers;
  const shape = ops.shapeOf(map) as [number, number, number, number];
  const [batch, height, width, channels] = shape;
  const position = ops.constant(
    sinePositions(height, width, channels, config.positional_encoding_temperature),
    [1, height * width, channels],
  );
  let tokens = ops.reshape(map, [batch, height * width, channels]);
  for (let index = 0; index < config.encoder_layers; index += 1)
    tokens = encoderLayer(
      layers,
      tokens,
      position,
      `${PREFIX}.encoder.${order}.layers.${index}`,
      config,
    );
  return ops.reshape(tokens, shape);
}

function encoderLayer<T>(
  layers: Layers<T>,
  input: T,
  position: T,
  name: string,
  config: RtdetrConfig,
): T {
  const { ops } = layers;
  const before = config.normalize_before;
  const attention = { prefix: `${name}.self_attn`, heads: config.encoder_attention_heads };
  const norm = (x: T, which: string): T => layers.layerNorm(x, `${name}.${which}`);
  const attend = (x: T): T => selfAttention(layers, x, position, attention, null);
  const feedForward = (x: T): T =>
    layers.linear(
      layers.linear(x, `${name}.fc1`, config.encoder_activation_function),
      `${name}.fc2`,
    );
  if (before) {
    const attended = ops.add(input, attend(norm(input, "self_attn_layer_norm")));
    return ops.add(attended, feedForward(norm(attended, "final_layer_norm")));
  }
  const attended = norm(ops.add(input, attend(input)), "self_attn_layer_norm");
  return norm(ops.add(attended, feedForward(attended)), "final_layer_norm");
}

/** CCFM: each map takes in the coarser one, upsampled, then each takes in the finer one, downsampled. */
function fuse<T>(layers: Layers<T>, maps: readonly T[], config: RtdetrConfig): T[] {
  const { ops } = layers;
  const steps = maps.length - 1;
  const activation = config.activation_function;
  const down: T[] = [maps[steps] as T]; // coarsest first
  for (let step = 0; step < steps; step += 1) {
    const coarse = down[step] as T;
    const lateral = layers.block(() =>
      layers.convNorm(coarse, names(`${PREFIX}.lateral_convs.${step}`), 1, activation),
    );
    down[step] = lateral;
    down.push(
      layers.block(() => {
        const joined = ops.concat([ops.upsample2(lateral), maps[steps - step - 1] as T], 3);
        return fusionBlock(layers, joined, `${PREFIX}.fpn_blocks.${step}`, config);
      }),
    );
  }
  const fine = down.reverse(); // finest first
  const up: T[] = [fine[0] as T];
  for (let step = 0; step < steps; step += 1)
    up.push(
      layers.block(() => {
        const finer = names(`${PREFIX}.downsample_convs.${step}`);
        const halved = layers.convNorm(up[step] as T, finer, 2, activation);
        const joined = ops.concat([halved, fine[step + 1] as T], 3);
        return fusionBlock(layers, joined, `${PREFIX}.pan_blocks.${step}`, config);
      }),
    );
  return up;
}

/** CSP block of RepVGG units: two 1x1 branches, one through the units, added. */
function fusionBlock<T>(layers: Layers<T>, x: T, name: string, config: RtdetrConfig): T {
  const activation = config.activation_function;
  let main = layers.convNorm(x, names(`${name}.conv1`), 1, activation);
  for (let unit = 0; unit < FUSION_UNITS; unit += 1)
    main = layers.repVgg(main, `${name}.bottlenecks.${unit}`, activation);
  const side = layers.convNorm(x, names(`${name}.conv2`), 1, activation);
  const sum = layers.ops.add(main, side);
  return hiddenChannels(config) === config.encoder_hidden_dim
    ? sum
    : layers.convNorm(sum, names(`${name}.conv3`), 1, activation);
}

/** Channels inside a fusion block. */
export function hiddenChannels(config: RtdetrConfig): number {
  return Math.trunc(config.encoder_hidden_dim * config.hidden_expansion);
}

/** The names of a convolution with its batch norm in the encoder. */
function names(prefix: string): ConvNormNames {
  return { conv: `${prefix}.conv`, norm: `${prefix}.norm` };
}

/**
 * Sine and cosine of the row, then of the column, a quarter of the channels each; frequencies
 * temperature^(-i / quarter). Returns [h*w, channels] row by row.
 */
export function sinePositions(
  height: number,
  width: number,
  channels: number,
  temperature: number,
): Float32Array {
  const quarter = channels / 4;
  const values = new Float32Array(height * width * channels);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      for (let i = 0; i < quarter; i += 1) {
        const frequency = temperature ** (-i / quarter);
        const start = (row * width + column) * channels + i;
        values[start] = Math.sin(row * frequency);
        values[start + quarter] = Math.cos(row * frequency);
        values[start + 2 * quarter] = Math.sin(column * frequency);
        values[start + 3 * quarter] = Math.cos(column * frequency);
      }
  return values;
}
