/**
 * The few operations that TensorFlow.js does not offer or offers slowly, called on native TensorFlow
 * directly; on any other backend they are made of TensorFlow.js' own. None of them is differentiable:
 * use them inside tf.customGrad.
 */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend, type NativeBackend, type OpAttribute } from "./load.ts";

/** Rows of x [N,C] at int32 indices of any shape I: [...I,C]. Indices must be within 0..N-1. */
export function gatherRows(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  // TensorFlow.js' own gather reads all indices back to check them in JavaScript.
  if (native === null) return tf.gather(x, indices as tf.Tensor1D);
  const types = [type(native, "Tparams", x), type(native, "Tindices", indices)];
  const axisType = typeAttribute(native, "Taxis", native.binding["TF_INT32"]!);
  const axis = tf.scalar(0, "int32");
  const rows = native.executeSingleOutput(
    "GatherV2",
    [...types, axisType, intAttribute(native, "batch_dims", 0)],
    [x, indices, axis],
  );
  axis.dispose();
  return rows;
}

/** Sums values [N,C] into rows [count,C] by int32 row numbers [N]. */
export function sumRows(values: tf.Tensor, rows: tf.Tensor, count: number): tf.Tensor {
  return tf.unsortedSegmentSum(values, rows as tf.Tensor1D, count);
}

/** Zeros on every side of a map. */
type Padding = number;

/** Convolution of x [B,h,w,I] with filter [k,k,I,O] and `pad` zeros on every side. */
export function conv2d(x: tf.Tensor, filter: tf.Tensor, stride: number, pad: Padding): tf.Tensor {
  const native = nativeBackend();
  if (native === null)
    return tf.conv2d(padded(x, pad) as tf.Tensor4D, filter as tf.Tensor4D, stride, "valid");
  return native.executeSingleOutput("Conv2D", convAttributes(native, stride, pad), [x, filter]);
}

/** Gradient of `conv2d` by its input. */
export function conv2dInputGradient(
  inputShape: readonly number[],
  filter: tf.Tensor,
  upstream: tf.Tensor,
  stride: number,
  pad: Padding,
): tf.Tensor {
  const native = nativeBackend();
  if (native === null) {
    const [batch, height, width, channels] = inputShape as [number, number, number, number];
    const outer = [batch, height + 2 * pad, width + 2 * pad, channels];
    const gradient = tf.conv2dTranspose(
      upstream as tf.Tensor4D,
      filter as tf.Tensor4D,
      outer as [number, number, number, number],
      stride,
      "valid",
    );
    return tf.slice(gradient, [0, pad, pad, 0], [batch, height, width, channels]);
  }
  const shape = tf.tensor1d([...inputShape], "int32");
  const gradient = native.executeSingleOutput(
    "Conv2DBackpropInput",
    convAttributes(native, stride, pad),
    [shape, filter, upstream],
  );
  shape.dispose();
  return gradient;
}

/** Gradient of `conv2d` by its filter. */
export function conv2dFilterGradient(
  x: tf.Tensor,
  filterShape: readonly number[],
  upstream: tf.Tensor,
  stride: number,
  pad: Padding,
): tf.Tensor {
  const native = nativeBackend();
  if (native === null) {
    // By the kernel's name: a gradient within a gradient function would end the outer tape.
    return tf
      .engine()
      .runKernel(
        "Conv2DBackpropFilter",
        { x: padded(x, pad), dy: upstream },
        { strides: [stride, stride], pad: "valid", dataFormat: "NHWC", filterShape },
      ) as tf.Tensor;
  }
  const shape = tf.tensor1d([...filterShape], "int32");
  const gradient = native.executeSingleOutput(
    "Conv2DBackpropFilter",
    convAttributes(native, stride, pad),
    [x, shape, upstream],
  );
  shape.dispose();
  return gradient;
}

/** Adds bias [C] to the last axis. */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  if (native === null) return tf.add(x, bias);
  return native.executeSingleOutput("BiasAdd", [type(native, "T", x), layout(native)], [x, bias]);
}

/** Sum over all axes but the last: the gradient of `biasAdd` by its bias. */
export function biasGradient(upstream: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  if (native === null) {
    const axes = Array.from({ length: upstream.rank - 1 }, (_, axis) => axis);
    return tf.sum(upstream, axes);
  }
  return native.executeSingleOutput(
    "BiasAddGrad",
    [type(native, "T", upstream), layout(native)],
    [upstream],
  );
}

/** upstream where output is positive, else 0: the gradient of relu. */
export function reluGradient(upstream: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  if (native === null) return tf.mul(upstream, tf.step(output));
  return native.executeSingleOutput("ReluGrad", [type(native, "T", upstream)], [upstream, output]);
}

/** upstream * s * (1 - s) for s = sigmoid(x): the gradient of the sigmoid by its output. */
export function sigmoidGradient(output: tf.Tensor, upstream: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  if (native === null) return tf.mul(upstream, tf.mul(output, tf.sub(1, output)));
  return native.executeSingleOutput(
    "SigmoidGrad",
    [type(native, "T", upstream)],
    [output, upstream],
  );
}

/** What `batchNormTrain` gives: the output and what its gradient needs. */
export interface BatchNormResult {
  readonly output: tf.Tensor;
  /** Batch mean and unbiased batch variance, [C]. */
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  /** Kept for the gradient. */
  readonly reserve: readonly tf.Tensor[];
}

/** Batch norm over all axes but the last, with the statistics of the batch. x: [B,h,w,C]. */
export function batchNormTrain(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  eps: number,
): BatchNormResult {
  const native = nativeBackend();
  if (native === null) return batchNormByParts(x, gamma, beta, eps);
  const none = tf.tensor1d([]);
  const [output, mean, variance, ...reserve] = native.executeMultipleOutputs(
    "FusedBatchNormV3",
    batchNormAttributes(native, x, gamma, eps),
    [x, gamma, beta, none, none],
    6,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  none.dispose();
  return { output, mean, variance, reserve };
}

function batchNormByParts(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  eps: number,
): BatchNormResult {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const scale = tf.rsqrt(tf.add(variance, eps));
  const count = x.size / x.shape.at(-1)!;
  const output = tf.add(tf.mul(tf.mul(tf.sub(x, mean), scale), gamma), beta);
  const unbiased = tf.mul(variance, count / Math.max(1, count - 1));
  return { output, mean, variance: unbiased, reserve: [mean.clone(), variance] };
}

/** Gradients of `batchNormTrain` by x, gamma and beta. */
export function batchNormTrainGradient(
  upstream: tf.Tensor,
  x: tf.Tensor,
  gamma: tf.Tensor,
  reserve: readonly tf.Tensor[],
  eps: number,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const native = nativeBackend();
  if (native !== null)
    return native
      .executeMultipleOutputs(
        "FusedBatchNormGradV3",
        batchNormAttributes(native, x, gamma, eps),
        [upstream, x, gamma, ...reserve],
        5,
      )
      .slice(0, 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [mean, variance] = reserve as [tf.Tensor, tf.Tensor];
  const scale = tf.rsqrt(tf.add(variance, eps));
  const normal = tf.mul(tf.sub(x, mean), scale);
  const count = x.size / x.shape.at(-1)!;
  const byBeta = tf.sum(upstream, [0, 1, 2]);
  const byGamma = tf.sum(tf.mul(upstream, normal), [0, 1, 2]);
  const centred = tf.sub(upstream, tf.div(tf.add(byBeta, tf.mul(normal, byGamma)), count));
  return [tf.mul(tf.mul(gamma, scale), centred), byGamma, byBeta];
}

/** The same values as a tensor that no gradient tape knows. */
export function withoutTape(x: tf.Tensor): tf.Tensor {
  const engine = tf.engine();
  engine.backend.incRef(x.dataId);
  return engine.makeTensorFromTensorInfo(x);
}

function padded(x: tf.Tensor, pad: Padding): tf.Tensor {
  return pad === 0 ? x : tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]); // prettier-ignore
}

function convAttributes(native: NativeBackend, stride: number, pad: Padding): OpAttribute[] {
  const explicit = pad === 0 ? [] : [0, 0, pad, pad, pad, pad, 0, 0];
  return [
    typeAttribute(native, "T", native.binding["TF_FLOAT"]!),
    listAttribute(native, "strides", [1, stride, stride, 1]),
    textAttribute(native, "padding", pad === 0 ? "VALID" : "EXPLICIT"),
    ...(pad === 0 ? [] : [listAttribute(native, "explicit_paddings", explicit)]),
    layout(native),
    listAttribute(native, "dilations", [1, 1, 1, 1]),
    { name: "use_cudnn_on_gpu", type: native.binding["TF_ATTR_BOOL"]!, value: true },
  ];
}

function batchNormAttributes(
  native: NativeBackend,
  x: tf.Tensor,
  gamma: tf.Tensor,
  eps: number,
): OpAttribute[] {
  return [
    type(native, "T", x),
    type(native, "U", gamma),
    { name: "epsilon", type: native.binding["TF_ATTR_FLOAT"]!, value: eps },
    { name: "is_training", type: native.binding["TF_ATTR_BOOL"]!, value: true },
    layout(native),
  ];
}

const layout = (native: NativeBackend): OpAttribute => textAttribute(native, "data_format", "NHWC");

function type(native: NativeBackend, name: string, x: tf.Tensor): OpAttribute {
  const constant = x.dtype === "int32" ? "TF_INT32" : "TF_FLOAT";
  return typeAttribute(native, name, native.binding[constant]!);
}

function typeAttribute(native: NativeBackend, name: string, value: number): OpAttribute {
  return { name, type: native.binding["TF_ATTR_TYPE"]!, value };
}

function textAttribute(native: NativeBackend, name: string, value: string): OpAttribute {
  return { name, type: native.binding["TF_ATTR_STRING"]!, value };
}

function intAttribute(native: NativeBackend, name: string, value: number): OpAttribute {
  return { name, type: native.binding["TF_ATTR_INT"]!, value };
}

function listAttribute(native: NativeBackend, name: string, value: readonly number[]): OpAttribute {
  return { name, type: native.binding["TF_ATTR_INT"]!, value };
}
