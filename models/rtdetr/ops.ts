/**
 * The arithmetic that the detector is written in, once for every way of running it.
 * `T` is a tensor of TensorFlow.js (`eager-ops.ts`) or a node of a graph (`models/graph/graph-ops.ts`).
 * Maps are [B,h,w,C]. Binary operations broadcast like NumPy. Axes count from 0.
 */
export interface Ops<T> {
  shapeOf(x: T): readonly number[];
  /** A float32 or int32 constant; a typed array of exactly the shape's size. */
  constant(values: Float32Array | Int32Array, shape: readonly number[]): T;

  add(a: T, b: T | number): T;
  sub(a: T | number, b: T): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T): T;
  maximum(a: T, b: T | number): T;
  minimum(a: T, b: T | number): T;
  /** 1 where equal, else 0, as float32. Has no gradient. */
  equal(a: T, b: T): T;
  floor(x: T): T;
  log(x: T): T;
  sigmoid(x: T): T;
  relu(x: T): T;
  silu(x: T): T;
  /** Exact, with the error function. */
  gelu(x: T): T;
  toInt(x: T): T;

  /** Over the last axis. */
  softmax(x: T): T;
  /** Over the last axis, without it. */
  max(x: T): T;
  /** Over the last axis: (x - mean) / sqrt(variance + eps) * gamma + beta. */
  layerNorm(x: T, gamma: T, beta: T, eps: number): T;
  /** Indices [B,k] of the largest of x [B,N], largest first; equal values keep their order. */
  topKIndices(x: T, k: number): T;

  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, order: readonly number[]): T;
  concat(parts: readonly T[], axis: number): T;
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
  /** Rows of x [N,C] at int32 indices of any shape I. Returns [...I,C]. */
  gatherRows(x: T, indices: T): T;

  /** a: [...,n,k], b: [...,k,m], or [...,m,k] with transposeB. Leading axes are equal. */
  matMul(a: T, b: T, transposeB?: boolean): T;
  /** x: [N,I], weight: [O,I], bias: [O]. Returns [N,O]. */
  dense(x: T, weight: T, bias: T, activation: Activation): T;
  /** x: [B,h,w,I], filter: [k,k,I,O] with k odd, bias: [O]; (k-1)/2 zeros on every side. */
  conv2d(x: T, filter: T, bias: T, stride: number, activation: Activation): T;
  /** 3x3, stride 2, one row of padding on every side; x is not negative. */
  maxPool3(x: T): T;
  /** 2x2, stride 2; an odd last row or column is averaged by itself. */
  avgPool2(x: T): T;
  /** Nearest neighbour, twice the size. */
  upsample2(x: T): T;
}

export type Activation = "none" | "relu" | "silu" | "gelu";

export function activate<T>(ops: Ops<T>, x: T, activation: Activation): T {
  switch (activation) {
    case "none":
      return x;
    case "relu":
      return ops.relu(x);
    case "silu":
      return ops.silu(x);
    case "gelu":
      return ops.gelu(x);
  }
}
