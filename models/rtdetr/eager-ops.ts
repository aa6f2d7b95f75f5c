/** The detector's arithmetic on TensorFlow.js tensors, one operation after another. */
import * as tf from "@tensorflow/tfjs";
import { biasAdd, conv2d, gatherRows } from "../runtime/kernels.ts";
import { activate, type Ops } from "./ops.ts";

export const eagerOps: Ops<tf.Tensor> = {
  shapeOf: (x) => x.shape,
  constant: (values, shape) =>
    tf.tensor(values, [...shape], values instanceof Int32Array ? "int32" : "float32"),

  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  equal: (a, b) => tf.cast(tf.equal(a, b), "float32"),
  floor: (x) => tf.floor(x),
  log: (x) => tf.log(x),
  sigmoid: (x) => tf.sigmoid(x),
  relu: (x) => tf.relu(x),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)),
  toInt: (x) => tf.cast(x, "int32"),

  softmax: (x) => tf.softmax(x),
  max: (x) => tf.max(x, x.rank - 1),
  layerNorm: (x, gamma, beta, eps) => {
    const last = x.rank - 1;
    const centred = tf.sub(x, tf.mean(x, last, true));
    const spread = tf.rsqrt(tf.add(tf.mean(tf.square(centred), last, true), eps));
    return tf.add(tf.mul(tf.mul(centred, spread), gamma), beta);
  },
  topKIndices: (x, k) => {
    const { values, indices } = tf.topk(x, k, true);
    values.dispose();
    return indices;
  },

  reshape: (x, shape) => tf.reshape(x, [...shape]),
  transpose: (x, order) => tf.transpose(x, [...order]),
  concat: (parts, axis) => tf.concat([...parts], axis),
  slice: (x, begin, size) => tf.slice(x, [...begin], [...size]),
  gatherRows,

  matMul: (a, b, transposeB = false) => tf.matMul(a, b, false, transposeB),
  dense: (x, weight, bias, activation) =>
    activate(
      eagerOps,
      tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias),
      activation,
    ),
  conv2d: (x, filter, bias, stride, activation) => {
    const pad = (filter.shape[0]! - 1) / 2;
    return activate(eagerOps, biasAdd(conv2d(x, filter, stride, pad), bias), activation);
  },
  maxPool3: (x) => {
    // x is not negative, so zeros serve as padding.
    const outer = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as tf.Tensor4D; // prettier-ignore
    return tf.maxPool(outer, 3, 2, "valid");
  },
  avgPool2: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, "same"),
  upsample2: (x) => {
    const [, height, width] = x.shape as [number, number, number, number];
    return tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height * 2, width * 2]);
  },
};
