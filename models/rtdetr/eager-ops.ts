/** The detector's arithmetic on TensorFlow.js tensors, differentiable. */
import * as tf from "@tensorflow/tfjs";
import { gelu, silu } from "../layers/activation.ts";
import { avgPool2, biasedConvolution, maxPool3, upsample2 } from "../layers/conv.ts";
import { layerNorm } from "../layers/norm.ts";
import { gatherRows, sumRows } from "../runtime/kernels.ts";
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
  silu,
  gelu,
  toInt: (x) => tf.cast(x, "int32"),

  softmax: (x) => tf.softmax(x),
  max: (x) => tf.max(x, x.rank - 1),
  layerNorm,
  topKIndices: (x, k) => {
    const { values, indices } = tf.topk(x, k, true);
    values.dispose();
    return indices;
  },

  reshape: (x, shape) => tf.reshape(x, [...shape]),
  transpose: (x, order) => tf.transpose(x, [...order]),
  concat: (parts, axis) => tf.concat([...parts], axis),
  slice: (x, begin, size) => tf.slice(x, [...begin], [...size]),
  gatherRows: differentiableGather,

  matMul: (a, b, transposeB = false) => tf.matMul(a, b, false, transposeB),
  dense: (x, weight, bias, activation) =>
    activate(
      eagerOps,
      tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias),
      activation,
    ),
  conv2d: (x, filter, bias, stride, activation) => {
    const relu = activation === "relu";
    const y = biasedConvolution(x, filter, bias, stride, relu);
    return relu ? y : activate(eagerOps, y, activation);
  },
  maxPool3,
  avgPool2,
  upsample2,
};

function differentiableGather(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return tf.customGrad(((rows: tf.Tensor, save: tf.GradSaveFunc) => {
    save([indices]);
    return {
      value: gatherRows(rows, indices),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const channels = x.shape[1]!;
        const flat = tf.reshape(saved[0]!, [-1]);
        return sumRows(tf.reshape(upstream, [-1, channels]), flat, x.shape[0]!);
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x);
}
