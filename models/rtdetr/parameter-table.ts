/** Every tensor of an RT-DETR checkpoint: name as in the file, shape, and what it is. */
import { blockAt, convNormNames } from "./backbone.ts";
import type { RtdetrConfig } from "./config.ts";
import { FUSION_UNITS, hiddenChannels } from "./hybrid-encoder.ts";

export type ParameterKind =
  | "convolution"
  | "matrix"
  | "bias"
  | "norm weight"
  | "norm bias"
  | "running mean"
  | "running variance"
  /** Scores of classes: replaced where the number of classes changes. */
  | "class matrix"
  | "class bias"
  | "class embedding"
  | "embedding";

export interface ParameterSpec {
  readonly name: string;
  /** PyTorch's order: convolutions [O,I,k,k], matrices [O,I]. */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  readonly part: "backbone" | "encoder" | "decoder";
  /** Frozen batch norms and running statistics are not trained. */
  readonly trained: boolean;
}

/** The table in the order of the model. */
export function parameterTable(config: RtdetrConfig): ParameterSpec[] {
  const table = new Table();
  backboneParameters(table, config);
  encoderParameters(table, config);
  decoderParameters(table, config);
  return table.specs;
}

/** Names of the batch norms that count their batches; the file holds that number beside them. */
export function countedNorms(config: RtdetrConfig): string[] {
  const specs = parameterTable(config).filter(({ kind }) => kind === "running mean");
  return specs
    .filter(({ part }) => part !== "backbone" || !config.freeze_backbone_batch_norms)
    .map(({ name }) => name.replace(/\.running_mean$/, ""));
}

class Table {
  readonly specs: ParameterSpec[] = [];
  part: ParameterSpec["part"] = "backbone";
  frozenNorms = false;

  add(name: string, shape: readonly number[], kind: ParameterKind, trained = true): void {
    this.specs.push({ name, shape, kind, part: this.part, trained });
  }

  convNorm(names: { conv: string; norm: string }, shape: readonly number[]): void {
    const [channels] = shape as [number];
    this.add(`${names.conv}.weight`, shape, "convolution");
    this.add(`${names.norm}.weight`, [channels], "norm weight", !this.frozenNorms);
    this.add(`${names.norm}.bias`, [channels], "norm bias", !this.frozenNorms);
    this.add(`${names.norm}.running_mean`, [channels], "running mean", false);
    this.add(`${names.norm}.running_var`, [channels], "running variance", false);
  }

  linear(name: string, outputs: number, inputs: number): void {
    this.add(`${name}.weight`, [outputs, inputs], "matrix");
    this.add(`${name}.bias`, [outputs], "bias");
  }

  classes(name: string, labels: number, inputs: number): void {
    this.add(`${name}.weight`, [labels, inputs], "class matrix");
    this.add(`${name}.bias`, [labels], "class bias");
  }

  layerNorm(name: string, channels: number): void {
    this.add(`${name}.weight`, [channels], "norm weight");
    this.add(`${name}.bias`, [channels], "norm bias");
  }
}

function backboneParameters(table: Table, config: RtdetrConfig): void {
  const { backbone_config: backbone } = config;
  table.part = "backbone";
  table.frozenNorms = config.freeze_backbone_batch_norms;
  const half = Math.trunc(backbone.embedding_size / 2);
  const stem = [
    [half, backbone.num_channels],
    [half, half],
    [backbone.embedding_size, half],
  ] as const;
  for (const [index, [outputs, inputs]] of stem.entries())
    table.convNorm(convNormNames(`model.backbone.model.embedder.embedder.${index}`), [
      ...[outputs, inputs],
      ...[3, 3],
    ]);
  for (const [stage, depth] of backbone.depths.entries())
    for (let index = 0; index < depth; index += 1) {
      const block = blockAt(backbone, stage, index);
      const { inputs, outputs, name } = block;
      if (block.shortcut !== "identity") {
        const suffix = block.shortcut === "convolution" ? "shortcut" : "shortcut.1";
        table.convNorm(convNormNames(`${name}.${suffix}`), [outputs, inputs, 1, 1]);
      }
      const inner = outputs / 4;
      const shapes =
        block.kind === "basic"
          ? [[outputs, inputs, 3, 3], [outputs, outputs, 3, 3]] // prettier-ignore
          : [[inner, inputs, 1, 1], [inner, inner, 3, 3], [outputs, inner, 1, 1]]; // prettier-ignore
      for (const [layer, shape] of shapes.entries())
        table.convNorm(convNormNames(`${name}.layer.${layer}`), shape);
    }
}

function encoderParameters(table: Table, config: RtdetrConfig): void {
  table.part = "encoder";
  table.frozenNorms = false;
  const width = config.encoder_hidden_dim;
  for (const [level, channels] of config.encoder_in_channels.entries())
    table.convNorm(sequence(`model.encoder_input_proj.${level}`), [width, channels, 1, 1]);
  for (const order of config.encode_proj_layers.keys())
    for (let index = 0; index < config.encoder_layers; index += 1) {
      const name = `model.encoder.encoder.${order}.layers.${index}`;
      attention(table, `${name}.self_attn`, width);
      table.layerNorm(`${name}.self_attn_layer_norm`, width);
      table.linear(`${name}.fc1`, config.encoder_ffn_dim, width);
      table.linear(`${name}.fc2`, width, config.encoder_ffn_dim);
      table.layerNorm(`${name}.final_layer_norm`, width);
    }
  const steps = config.encoder_in_channels.length - 1;
  const each = (of: (step: number) => void): void => {
    for (let step = 0; step < steps; step += 1) of(step);
  };
  each((step) => table.convNorm(unit(`model.encoder.lateral_convs.${step}`), [width, width, 1, 1]));
  each((step) => fusion(table, `model.encoder.fpn_blocks.${step}`, config));
  each((step) =>
    table.convNorm(unit(`model.encoder.downsample_convs.${step}`), [width, width, 3, 3]),
  );
  each((step) => fusion(table, `model.encoder.pan_blocks.${step}`, config));
}

function fusion(table: Table, name: string, config: RtdetrConfig): void {
  const width = config.encoder_hidden_dim;
  const inner = hiddenChannels(config);
  table.convNorm(unit(`${name}.conv1`), [inner, 2 * width, 1, 1]);
  table.convNorm(unit(`${name}.conv2`), [inner, 2 * width, 1, 1]);
  for (let index = 0; index < FUSION_UNITS; index += 1) {
    table.convNorm(unit(`${name}.bottlenecks.${index}.conv1`), [inner, inner, 3, 3]);
    table.convNorm(unit(`${name}.bottlenecks.${index}.conv2`), [inner, inner, 1, 1]);
  }
  if (inner !== width) table.convNorm(unit(`${name}.conv3`), [width, inner, 1, 1]);
}

function attention(table: Table, name: string, width: number): void {
  for (const which of ["k_proj", "v_proj", "q_proj", "out_proj"])
    table.linear(`${name}.${which}`, width, width);
}

function decoderParameters(table: Table, config: RtdetrConfig): void {
  table.part = "decoder";
  const width = config.d_model;
  const labels = config.labels.length;
  table.add("model.denoising_class_embed.weight", [labels + 1, width], "class embedding");
  if (config.learn_initial_query)
    table.add("model.weight_embedding.weight", [config.num_queries, width], "embedding");
  table.linear("model.enc_output.0", width, width);
  table.layerNorm("model.enc_output.1", width);
  table.classes("model.enc_score_head", labels, width);
  boxHead(table, "model.enc_bbox_head", width);
  for (const [level, channels] of config.decoder_in_channels.entries())
    table.convNorm(sequence(`model.decoder_input_proj.${level}`), [width, channels, 1, 1]);
  for (let index = 0; index < config.decoder_layers; index += 1)
    decoderLayer(table, `model.decoder.layers.${index}`, config);
  table.linear("model.decoder.query_pos_head.layers.0", 2 * width, 4);
  table.linear("model.decoder.query_pos_head.layers.1", width, 2 * width);
  for (let index = 0; index < config.decoder_layers; index += 1)
    boxHead(table, `model.decoder.bbox_embed.${index}`, width);
  for (let index = 0; index < config.decoder_layers; index += 1)
    table.classes(`model.decoder.class_embed.${index}`, labels, width);
}

function decoderLayer(table: Table, name: string, config: RtdetrConfig): void {
  const width = config.d_model;
  const samples =
    config.decoder_attention_heads * config.num_feature_levels * config.decoder_n_points;
  attention(table, `${name}.self_attn`, width);
  table.layerNorm(`${name}.self_attn_layer_norm`, width);
  table.linear(`${name}.encoder_attn.sampling_offsets`, samples * 2, width);
  table.linear(`${name}.encoder_attn.attention_weights`, samples, width);
  table.linear(`${name}.encoder_attn.value_proj`, width, width);
  table.linear(`${name}.encoder_attn.output_proj`, width, width);
  table.layerNorm(`${name}.encoder_attn_layer_norm`, width);
  table.linear(`${name}.fc1`, config.decoder_ffn_dim, width);
  table.linear(`${name}.fc2`, width, config.decoder_ffn_dim);
  table.layerNorm(`${name}.final_layer_norm`, width);
}

function boxHead(table: Table, name: string, width: number): void {
  table.linear(`${name}.layers.0`, width, width);
  table.linear(`${name}.layers.1`, width, width);
  table.linear(`${name}.layers.2`, 4, width);
}

const unit = (name: string) => ({ conv: `${name}.conv`, norm: `${name}.norm` });
const sequence = (name: string) => ({ conv: `${name}.0`, norm: `${name}.1` });
