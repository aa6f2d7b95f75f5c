/** What a training starts from: released weights with heads for the data's classes, or a network from scratch. */
import { readCheckpoint } from "../rtdetr/checkpoint.ts";
import { parseRtdetrConfig, type RtdetrConfig } from "../rtdetr/config.ts";
import { initialValues } from "../rtdetr/initial-values.ts";
import type { HostParameters } from "../rtdetr/parameters.ts";
import { presetConfig, type RtdetrPreset } from "../rtdetr/presets.ts";
import type { RandomStream } from "./random.ts";

export type StartingPoint =
  | { readonly kind: "checkpoint"; readonly folder: string }
  | { readonly kind: "scratch"; readonly network: RtdetrPreset | "tiny" };

export interface StartingModel {
  readonly config: RtdetrConfig;
  readonly values: HostParameters;
  readonly notes: readonly string[];
}

export function startingModel(
  start: StartingPoint,
  labels: readonly string[],
  random: RandomStream,
): StartingModel {
  if (start.kind === "checkpoint")
    return readCheckpoint(start.folder, { labels, random: random.next });
  const config =
    start.network === "tiny" ? tinyConfig(labels) : presetConfig(start.network, labels);
  return { config, values: initialValues(config, random.next), notes: [] };
}

/** A network of 1.3 million weights with every part of the large ones. */
function tinyConfig(labels: readonly string[]): RtdetrConfig {
  const json = {
    id2label: Object.fromEntries(labels.map((label, k) => [String(k), label])),
    freeze_backbone_batch_norms: false,
    num_queries: 150,
    num_denoising: 50,
    d_model: 96,
    encoder_hidden_dim: 96,
    encoder_in_channels: [48, 96, 128],
    encoder_ffn_dim: 192,
    encoder_attention_heads: 4,
    decoder_in_channels: [96, 96, 96],
    decoder_ffn_dim: 192,
    decoder_attention_heads: 4,
    decoder_layers: 2,
    hidden_expansion: 0.5,
    backbone_config: {
      embedding_size: 24,
      hidden_sizes: [24, 48, 96, 128],
      depths: [1, 1, 1, 1],
      layer_type: "basic",
    },
  };
  return parseRtdetrConfig(json, "the tiny network");
}
