/**
 * The few operations that TensorFlow.js does not offer or offers slowly, called on native TensorFlow
 * directly; on any other backend they are made of TensorFlow.js' own. None of them is differentiable.
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

/** Zeros on every side of a map. */
type Padding = number;

/** Convolution of x [B,h,w,I] with filter [k,k,I,O] and `pad` zeros on every side. */
export function conv2d(x: tf.Tensor, filter: tf.Tensor, stride: number, pad: Padding): tf.Tensor {
  const native = nativeBackend();
  if (native === null)
    return tf.conv2d(padded(x, pad) as tf.Tensor4D, filter as tf.Tensor4D, stride, "valid");
  return native.executeSingleOutput("Conv2D", convAttributes(native, stride, pad), [x, filter]);
}

/** Adds bias [C] to the last axis. */
export function biasAdd(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const native = nativeBackend();
  if (native === null) return tf.add(x, bias);
  return native.executeSingleOutput("BiasAdd", [type(native, "T", x), layout(native)], [x, bias]);
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
