/** Values of a model that was not trained yet, after the published initialisation. */
import type { RtdetrConfig } from "./config.ts";
import { parameterTable, type ParameterSpec } from "./parameter-table.ts";

/** Uniform numbers in 0..1. */
export type RandomSource = () => number;

/** Starting values for every tensor of the model. */
export function initialValues(
  config: RtdetrConfig,
  random: RandomSource,
): Map<string, Float32Array> {
  return new Map(
    parameterTable(config).map((spec) => [spec.name, initialValue(spec, config, random)]),
  );
}

/** Starting values of one tensor, in the file's layout. */
export function initialValue(
  spec: ParameterSpec,
  config: RtdetrConfig,
  random: RandomSource,
): Float32Array {
  const values = new Float32Array(spec.shape.reduce((product, size) => product * size, 1));
  const fanIn = values.length / spec.shape[0]!;
  switch (spec.kind) {
    case "norm weight":
    case "running variance":
      return values.fill(1);
    case "norm bias":
    case "running mean":
      return values;
    case "bias":
      return spec.name.endsWith("sampling_offsets.bias") ? offsetPattern(values, config) : values;
    case "class bias":
      return values.fill(classBias(config));
    case "convolution":
      return fillNormal(values, Math.sqrt(2 / fanIn), random);
    case "class embedding":
    case "embedding":
      return fillNormal(values, 1, random);
    case "class matrix":
    case "matrix":
      if (startsAtZero(spec.name)) return values;
      return fillUniform(values, Math.sqrt(6 / (fanIn + spec.shape[0]!)), random);
  }
}

/** The last layer of box heads, and what steers the sampling: the first boxes and samples do not depend on content. */
function startsAtZero(name: string): boolean {
  return (
    /(bbox_embed\.\d+|enc_bbox_head)\.layers\.2\.weight$/.test(name) ||
    /(sampling_offsets|attention_weights)\.weight$/.test(name)
  );
}

/** The logit that gives each class its prior probability. */
function classBias(config: RtdetrConfig): number {
  const prior = config.initializer_bias_prior_prob ?? 1 / (config.labels.length + 1);
  return Math.log(prior / (1 - prior));
}

/** Each head looks in a direction of its own, its points one step further each. */
function offsetPattern(values: Float32Array, config: RtdetrConfig): Float32Array {
  const { decoder_attention_heads: heads, decoder_n_points: points } = config;
  const levels = config.num_feature_levels;
  for (let head = 0; head < heads; head += 1) {
    const angle = (head * 2 * Math.PI) / heads;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.max(Math.abs(x), Math.abs(y));
    for (let level = 0; level < levels; level += 1)
      for (let point = 0; point < points; point += 1) {
        const start = ((head * levels + level) * points + point) * 2;
        values[start] = (x / reach) * (point + 1);
        values[start + 1] = (y / reach) * (point + 1);
      }
  }
  return values;
}

function fillUniform(values: Float32Array, limit: number, random: RandomSource): Float32Array {
  for (let i = 0; i < values.length; i += 1) values[i] = (2 * random() - 1) * limit;
  return values;
}

function fillNormal(values: Float32Array, deviation: number, random: RandomSource): Float32Array {
  for (let i = 0; i < values.length; i += 1) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    values[i] = radius * Math.cos(2 * Math.PI * random()) * deviation;
  }
  return values;
}
