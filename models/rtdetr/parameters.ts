/** The tensors of a model, by the names of the parameter table. */
import * as tf from "@tensorflow/tfjs";
import type { RtdetrConfig } from "./config.ts";
import { parameterTable, type ParameterSpec } from "./parameter-table.ts";

/** Convolutions are [k,k,I,O] here, everything else is as in the file. */
export type ModelParameters = ReadonlyMap<string, tf.Tensor>;

/** Values of a model outside TensorFlow, in the file's layout. */
export type HostParameters = ReadonlyMap<string, Float32Array>;

/** A tensor in the model's layout from values in the file's. */
export function toTensor(spec: ParameterSpec, values: Float32Array): tf.Tensor {
  if (spec.kind !== "convolution") return tf.tensor(values, [...spec.shape]);
  return tf.tidy(() => tf.transpose(tf.tensor(values, [...spec.shape]), [2, 3, 1, 0]));
}

/** Values in the file's layout of a tensor in the model's. */
export function toFileValues(spec: ParameterSpec, tensor: tf.Tensor): Float32Array {
  if (spec.kind !== "convolution") return tensor.dataSync<"float32">();
  const ordered = tf.transpose(tensor, [3, 2, 0, 1]);
  const values = ordered.dataSync<"float32">();
  ordered.dispose();
  return values;
}

/** Tensors for all values; the caller owns them. */
export function toTensors(config: RtdetrConfig, values: HostParameters): Map<string, tf.Tensor> {
  return new Map(
    parameterTable(config).map((spec) => [spec.name, toTensor(spec, values.get(spec.name)!)]),
  );
}
