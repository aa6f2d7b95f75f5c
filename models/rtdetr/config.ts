/**
 * RT-DETR's configuration as in the `config.json` beside a checkpoint. Names and defaults are those of the
 * file, so that it can be written back; keys that are not known here are kept in `rest`.
 */
import { z } from "zod";
import { AppError } from "../../shared/domain/app-error.ts";

const size = z.int().min(1).max(65536);
const sizes = z.array(size).min(1).max(16);
const share = z.number().min(0).max(1);
const weight = z.number().min(0).max(1e6);

const activationName = z.enum(["relu", "silu", "gelu"]);

const backboneSchema = z.object({
  model_type: z.string().default("rt_detr_resnet"),
  num_channels: size.default(3),
  embedding_size: size.default(64),
  hidden_sizes: sizes.default([256, 512, 1024, 2048]),
  depths: sizes.default([3, 4, 6, 3]),
  layer_type: z.enum(["basic", "bottleneck"]).default("bottleneck"),
  hidden_act: activationName.default("relu"),
  downsample_in_first_stage: z.boolean().default(false),
  downsample_in_bottleneck: z.boolean().default(false),
  out_features: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? ["stage2", "stage3", "stage4"]),
});

const schema = z.object({
  backbone_config: backboneSchema.nullish().transform((value) => value ?? backboneSchema.parse({})),
  freeze_backbone_batch_norms: z.boolean().default(true),
  layer_norm_eps: z.number().positive().default(1e-5),
  batch_norm_eps: z.number().positive().default(1e-5),
  initializer_range: z.number().positive().default(0.01),
  initializer_bias_prior_prob: share.nullish().transform((value) => value ?? null),
  encoder_hidden_dim: size.default(256),
  encoder_in_channels: sizes.default([512, 1024, 2048]),
  feat_strides: sizes.default([8, 16, 32]),
  encoder_layers: z.int().min(0).max(64).default(1),
  encoder_ffn_dim: size.default(1024),
  encoder_attention_heads: size.default(8),
  encode_proj_layers: z.array(z.int().min(0).max(15)).default([2]),
  positional_encoding_temperature: z.number().positive().default(10000),
  encoder_activation_function: activationName.default("gelu"),
  activation_function: activationName.default("silu"),
  eval_size: z
    .array(size)
    .nullish()
    .transform((value) => value ?? null),
  normalize_before: z.boolean().default(false),
  hidden_expansion: z.number().positive().max(16).default(1),
  d_model: size.default(256),
  num_queries: size.default(300),
  decoder_in_channels: sizes.default([256, 256, 256]),
  decoder_ffn_dim: size.default(1024),
  num_feature_levels: size.default(3),
  decoder_n_points: size.default(4),
  decoder_layers: z.int().min(1).max(64).default(6),
  decoder_attention_heads: size.default(8),
  decoder_activation_function: activationName.default("relu"),
  num_denoising: z.int().min(0).max(10000).default(100),
  label_noise_ratio: share.default(0.5),
  box_noise_scale: weight.default(1),
  learn_initial_query: z.boolean().default(false),
  with_box_refine: z.boolean().default(true),
  matcher_alpha: weight.default(0.25),
  matcher_gamma: weight.default(2),
  matcher_class_cost: weight.default(2),
  matcher_bbox_cost: weight.default(5),
  matcher_giou_cost: weight.default(2),
  focal_loss_alpha: weight.default(0.75),
  focal_loss_gamma: weight.default(2),
  weight_loss_vfl: weight.default(1),
  weight_loss_bbox: weight.default(5),
  weight_loss_giou: weight.default(2),
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: size.nullish(),
});

type FileConfig = z.infer<typeof schema>;

export type BackboneConfig = Readonly<FileConfig["backbone_config"]>;

export interface RtdetrConfig extends Readonly<Omit<FileConfig, "id2label" | "num_labels">> {
  /** Class names by index; the checkpoint's class i has the name labels[i]. */
  readonly labels: readonly string[];
  /** Keys of the file that have no meaning here; written back as they were. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Number of labels where the file names none: the COCO classes. */
const DEFAULT_LABELS = 80;

/** Checks a parsed config.json. `source` is the file's name for messages. */
export function parseRtdetrConfig(json: unknown, source: string): RtdetrConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AppError(
      "model/config-invalid",
      `${source}: ${issue.path.join(".") || "the file"} is not usable (${issue.message}). Take the config.json that belongs to the weights.`,
    );
  }
  const { id2label, num_labels, ...values } = parsed.data;
  const modelType = (json as Record<string, unknown>)["model_type"];
  if (modelType !== undefined && modelType !== "rt_detr")
    throw new AppError(
      "model/not-rtdetr",
      `${source} describes a model of type "${String(modelType)}"; only "rt_detr" can be loaded.`,
    );
  const known = new Set(Object.keys(schema.shape));
  const rest = Object.fromEntries(
    Object.entries(json as Record<string, unknown>).filter(([key]) => !known.has(key)),
  );
  const config: RtdetrConfig = {
    ...values,
    labels: labelNames(id2label ?? null, num_labels ?? null, source),
    rest,
  };
  assertSupported(config, source);
  return config;
}

function labelNames(
  id2label: Readonly<Record<string, string>> | null,
  count: number | null,
  source: string,
): string[] {
  if (id2label === null)
    return Array.from({ length: count ?? DEFAULT_LABELS }, (_, index) => `LABEL_${index}`);
  const names: string[] = [];
  for (const [id, name] of Object.entries(id2label)) names[Number(id)] = name;
  if (names.length !== Object.keys(id2label).length || names.length === 0)
    throw new AppError(
      "model/config-invalid",
      `${source}: id2label must name the classes 0 to ${Object.keys(id2label).length - 1} without gaps.`,
    );
  return names;
}

function assertSupported(config: RtdetrConfig, source: string): void {
  const refuse = (problem: string): never => {
    throw new AppError("model/config-unsupported", `${source}: ${problem}`);
  };
  const levels = config.num_feature_levels;
  const { hidden_sizes, depths } = config.backbone_config;
  if (hidden_sizes.length !== 4 || depths.length !== 4)
    refuse("backbone_config.hidden_sizes and depths must have 4 entries each.");
  const stages = ["stage1", "stage2", "stage3", "stage4"].slice(4 - levels).join();
  if (config.backbone_config.out_features.join() !== stages)
    refuse(`backbone_config.out_features must be the last ${levels} stages, ${stages}.`);
  const expected = hidden_sizes.slice(4 - levels).join();
  if (config.encoder_in_channels.join() !== expected)
    refuse(
      `encoder_in_channels is [${config.encoder_in_channels.join()}] but the backbone's last ${levels} stages have [${expected}] channels.`,
    );
  if (levels > 3 || config.decoder_in_channels.length !== levels)
    refuse(
      `num_feature_levels ${levels} with ${config.decoder_in_channels.length} decoder_in_channels is not supported; both must be the same number, at most 3.`,
    );
  if (config.decoder_in_channels.some((channels) => channels !== config.encoder_hidden_dim))
    refuse(`decoder_in_channels must all be encoder_hidden_dim (${config.encoder_hidden_dim}).`);
  if (config.d_model % config.decoder_attention_heads !== 0)
    refuse("d_model must be a multiple of decoder_attention_heads.");
  if (config.encoder_hidden_dim % config.encoder_attention_heads !== 0)
    refuse("encoder_hidden_dim must be a multiple of encoder_attention_heads.");
  if (config.encoder_hidden_dim % 4 !== 0) refuse("encoder_hidden_dim must be a multiple of 4.");
  if (config.eval_size !== null)
    refuse("eval_size is set; only models without a fixed evaluation size are supported.");
  if (!config.with_box_refine) refuse("with_box_refine false is not supported.");
}

/** Keys that other programs insist on reading as a fraction: 1 is refused there, 1.0 is not. */
const fractions = [
  "batch_norm_eps",
  "box_noise_scale",
  "eos_coefficient",
  "focal_loss_alpha",
  "focal_loss_gamma",
  "hidden_expansion",
  "initializer_bias_prior_prob",
  "initializer_range",
  "label_noise_ratio",
  "layer_norm_eps",
  "matcher_alpha",
  "matcher_bbox_cost",
  "matcher_class_cost",
  "matcher_gamma",
  "matcher_giou_cost",
  "weight_loss_bbox",
  "weight_loss_giou",
  "weight_loss_vfl",
];

/** The text of config.json. */
export function toConfigText(config: RtdetrConfig): string {
  const { labels, rest, ...values } = config;
  const json = {
    architectures: ["RTDetrForObjectDetection"],
    model_type: "rt_detr",
    ...rest,
    ...values,
    id2label: Object.fromEntries(labels.map((name, index) => [String(index), name])),
    label2id: Object.fromEntries(labels.map((name, index) => [name, index])),
  };
  const whole = new RegExp(`^(  "(?:${fractions.join("|")})": -?\\d+)(,?)$`, "gm");
  return `${JSON.stringify(json, null, 2).replace(whole, "$1.0$2")}\n`;
}

/** Stride of the coarsest map: pictures must be a multiple of it in height and width. */
export function sizeStep(config: RtdetrConfig): number {
  return Math.max(...config.feat_strides);
}
