import type { Activation, Ops } from "./ops.ts";

/**
 * Layers with weights, by the names that the checkpoint file gives them. Two kinds exist: `inferenceLayers`
 * (batch norm folded into the convolutions; any `T`) and `trainingLayers` (TensorFlow.js, differentiable).
 */
export interface Layers<T> {
  readonly ops: Ops<T>;
  /** Convolution without bias, batch norm, activation. The filter's size comes with the weights. */
  convNorm(x: T, names: ConvNormNames, stride: 1 | 2, activation: Activation): T;
  /** RepVGG unit: 3x3 and 1x1 convolution, each with batch norm, added, then the activation. */
  repVgg(x: T, name: string, activation: Activation): T;
  /** x: [...,I]. Returns [...,O]. */
  linear(x: T, name: string, activation?: Activation): T;
  layerNorm(x: T, name: string): T;
  /** A parameter as it is. */
  parameter(name: string): T;
  /** The same values without a gradient. */
  detach(x: T): T;
  /** Runs a part of which no gradient is wanted. */
  withoutGradient(body: () => T): T;
  /** Bilinear sampling of deformable attention, see `sampleValues`. */
  sample(value: T, x: T, y: T, attention: T, grid: SamplingGrid): T;
  /** One block of the network: what it makes on the way is freed where nothing needs it. */
  block(body: () => T): T;
}

export interface ConvNormNames {
  readonly conv: string;
  readonly norm: string;
}

/** The flattened feature maps that deformable attention samples from. */
export interface SamplingGrid {
  readonly batch: number;
  readonly heads: number;
  readonly points: number;
  /** Height and width of each level, in the order in which the levels are flattened. */
  readonly shapes: readonly (readonly [height: number, width: number])[];
}
