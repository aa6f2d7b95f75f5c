import type { BackboneConfig } from "./config.ts";
import type { ConvNormNames, Layers } from "./layers.ts";
import type { Activation } from "./ops.ts";

const PREFIX = "model.backbone.model";

/**
 * ResNet-vd: a stem of three convolutions, then four stages; where a stage halves the map, the shortcut
 * averages 2x2 before its 1x1 convolution.
 * pixels: [B,H,W,3], 0..1. Returns the maps of all four stages, strides 4, 8, 16, 32.
 */
export function backbone<T>(layers: Layers<T>, pixels: T, config: BackboneConfig): T[] {
  const stages: T[] = [];
  let x = layers.block(() => stem(layers, pixels, config.hidden_act));
  for (const [stage, depth] of config.depths.entries()) {
    for (let index = 0; index < depth; index += 1) {
      const input = x;
      x = layers.block(() => residualBlock(layers, input, blockAt(config, stage, index)));
    }
    stages.push(x);
  }
  return stages;
}

function stem<T>(layers: Layers<T>, pixels: T, activation: Activation): T {
  const name = (index: number): ConvNormNames =>
    convNormNames(`${PREFIX}.embedder.embedder.${index}`);
  let x = layers.convNorm(pixels, name(0), 2, activation);
  x = layers.convNorm(x, name(1), 1, activation);
  x = layers.convNorm(x, name(2), 1, activation);
  return layers.ops.maxPool3(x);
}

export interface ResidualBlock {
  readonly name: string;
  readonly kind: "basic" | "bottleneck";
  readonly stride: 1 | 2;
  /** Stride of each convolution of the main path. */
  readonly strides: readonly (1 | 2)[];
  readonly shortcut: "identity" | "convolution" | "average, convolution";
  readonly activation: Activation;
  readonly inputs: number;
  readonly outputs: number;
}

/** What the block at a position of the backbone looks like. */
export function blockAt(config: BackboneConfig, stage: number, index: number): ResidualBlock {
  const outputs = config.hidden_sizes[stage]!;
  const first = index === 0;
  const before = stage === 0 ? config.embedding_size : config.hidden_sizes[stage - 1]!;
  const inputs = first ? before : outputs;
  const halves = first && (stage > 0 || config.downsample_in_first_stage);
  const stride = halves ? 2 : 1;
  const kind = config.layer_type;
  const strides: (1 | 2)[] =
    kind === "basic"
      ? [stride, 1]
      : config.downsample_in_bottleneck
        ? [stride, 1, 1]
        : [1, stride, 1];
  return {
    name: `${PREFIX}.encoder.stages.${stage}.layers.${index}`,
    kind,
    stride,
    strides,
    shortcut: shortcutOf(kind, inputs, outputs, stride, first),
    activation: config.hidden_act,
    inputs,
    outputs,
  };
}

function shortcutOf(
  kind: "basic" | "bottleneck",
  inputs: number,
  outputs: number,
  stride: 1 | 2,
  first: boolean,
): ResidualBlock["shortcut"] {
  if (kind === "basic") {
    if (!first) return "identity";
    return inputs === outputs ? "convolution" : "average, convolution";
  }
  if (stride === 2) return "average, convolution";
  return inputs === outputs ? "identity" : "convolution";
}

function residualBlock<T>(layers: Layers<T>, x: T, block: ResidualBlock): T {
  const { ops } = layers;
  const last = block.strides.length - 1;
  let main = x;
  for (const [index, stride] of block.strides.entries())
    main = layers.convNorm(
      main,
      convNormNames(`${block.name}.layer.${index}`),
      stride,
      index === last ? "none" : block.activation,
    );
  const sum = ops.add(main, shortcut(layers, x, block));
  return block.activation === "relu" ? ops.relu(sum) : ops.silu(sum);
}

function shortcut<T>(layers: Layers<T>, x: T, block: ResidualBlock): T {
  switch (block.shortcut) {
    case "identity":
      return x;
    case "convolution":
      return layers.convNorm(x, convNormNames(`${block.name}.shortcut`), block.stride, "none");
    case "average, convolution":
      return layers.convNorm(
        layers.ops.avgPool2(x),
        convNormNames(`${block.name}.shortcut.1`),
        1,
        "none",
      );
  }
}

/** The names of a convolution with its batch norm in the backbone. */
export function convNormNames(prefix: string): ConvNormNames {
  return { conv: `${prefix}.convolution`, norm: `${prefix}.normalization` };
}
