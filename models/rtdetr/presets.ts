import { parseRtdetrConfig, type RtdetrConfig } from "./config.ts";

/** What each published size changes of the defaults (which are r50's). */
const changes = {
  r18: {
    backbone_config: {
      hidden_sizes: [64, 128, 256, 512],
      depths: [2, 2, 2, 2],
      layer_type: "basic",
    },
    encoder_in_channels: [128, 256, 512],
    hidden_expansion: 0.5,
    decoder_layers: 3,
  },
  r34: {
    backbone_config: {
      hidden_sizes: [64, 128, 256, 512],
      depths: [3, 4, 6, 3],
      layer_type: "basic",
    },
    encoder_in_channels: [128, 256, 512],
    hidden_expansion: 0.5,
    decoder_layers: 4,
  },
  r50: {},
  r101: {
    backbone_config: { depths: [3, 4, 23, 3] },
    encoder_hidden_dim: 384,
    encoder_ffn_dim: 2048,
    decoder_in_channels: [384, 384, 384],
  },
  /** Ours, for trying things out on a CPU: trains in seconds an epoch. */
  tiny: {
    backbone_config: {
      embedding_size: 16,
      hidden_sizes: [16, 32, 64, 96],
      depths: [1, 1, 1, 1],
      layer_type: "basic",
    },
    encoder_in_channels: [32, 64, 96],
    encoder_hidden_dim: 64,
    encoder_ffn_dim: 128,
    encoder_attention_heads: 4,
    decoder_in_channels: [64, 64, 64],
    hidden_expansion: 0.5,
    d_model: 64,
    num_queries: 100,
    decoder_layers: 3,
    decoder_ffn_dim: 128,
    decoder_attention_heads: 4,
  },
} as const;

export type RtdetrPreset = keyof typeof changes;

/** The configuration of a published size with the given classes. */
export function presetConfig(preset: RtdetrPreset, labels: readonly string[]): RtdetrConfig {
  const id2label = Object.fromEntries(labels.map((name, index) => [String(index), name]));
  return parseRtdetrConfig({ ...changes[preset], id2label }, `preset ${preset}`);
}
