import { sampleValues } from "./deformable-attention.ts";
import type { ConvNormNames, Layers } from "./layers.ts";
import type { Ops } from "./ops.ts";

/** Where inference layers take their weights from; batch norms are folded into what it gives. */
export interface WeightSource<T> {
  /** Filter [k,k,I,O] and bias [O] of a convolution with its batch norm. */
  convNorm(names: ConvNormNames): FoldedConvolution<T>;
  /** The one 3x3 convolution that a RepVGG unit amounts to. */
  repVgg(name: string): FoldedConvolution<T>;
  parameter(name: string): T;
}

export interface FoldedConvolution<T> {
  readonly filter: T;
  readonly bias: T;
}

/** Layers for inference on any kind of tensor. `block` frees what a block leaves behind, if anything. */
export function inferenceLayers<T>(
  ops: Ops<T>,
  weights: WeightSource<T>,
  layerNormEps: number,
  block: (body: () => T) => T = (body) => body(),
): Layers<T> {
  return {
    ops,
    convNorm(x, names, stride, activation) {
      const { filter, bias } = weights.convNorm(names);
      return ops.conv2d(x, filter, bias, stride, activation);
    },
    repVgg(x, name, activation) {
      const { filter, bias } = weights.repVgg(name);
      return ops.conv2d(x, filter, bias, 1, activation);
    },
    linear(x, name, activation = "none") {
      const weight = weights.parameter(`${name}.weight`);
      return denseRows(ops, x, weight, weights.parameter(`${name}.bias`), activation);
    },
    layerNorm: (x, name) =>
      ops.layerNorm(
        x,
        weights.parameter(`${name}.weight`),
        weights.parameter(`${name}.bias`),
        layerNormEps,
      ),
    parameter: (name) => weights.parameter(name),
    detach: (x) => x,
    withoutGradient: (body) => body(),
    sample: (value, x, y, attention, grid) => sampleValues(ops, value, x, y, attention, grid),
    block,
  };
}

/** `dense` on an input of any rank. */
export function denseRows<T>(
  ops: Ops<T>,
  x: T,
  weight: T,
  bias: T,
  activation: Parameters<Ops<T>["dense"]>[3],
): T {
  const leading = ops.shapeOf(x).slice(0, -1);
  const [outputs, inputs] = ops.shapeOf(weight) as [number, number];
  const rows = leading.reduce((product, size) => product * size, 1);
  const flat = leading.length === 1 ? x : ops.reshape(x, [rows, inputs]);
  const y = ops.dense(flat, weight, bias, activation);
  return leading.length === 1 ? y : ops.reshape(y, [...leading, outputs]);
}
