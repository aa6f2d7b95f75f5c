/** The products of linear maps on TensorFlow, in float32. */
import * as tf from "@tensorflow/tfjs";
import { exactProducts, type LinearProducts } from "../losses/dense.ts";

/** Below so many multiplications TensorFlow's overhead costs more than it saves. */
const WORTH = 1_000_000;

const matrix = (values: Float64Array, width: number): tf.Tensor2D =>
  tf.tensor2d(new Float32Array(values), [values.length / width, width]);

/** Large products on TensorFlow, small ones in float64 on the host. */
export const nativeProducts: LinearProducts = {
  linear(x, weight, bias, inputs, outputs) {
    if (x.length * outputs < WORTH) return exactProducts.linear(x, weight, bias, inputs, outputs);
    const [a, b] = [matrix(x, inputs), matrix(weight, inputs)];
    const product = tf.matMul(a, b, false, true);
    const y = new Float64Array(product.dataSync());
    tf.dispose([a, b, product]);
    for (let k = 0; k < y.length; k++) y[k]! += bias[k % outputs]!;
    return y;
  },
  linearBackward(x, weight, dy, inputs, outputs, weightGradient, biasGradient) {
    if (x.length * outputs < WORTH)
      return exactProducts.linearBackward(
        ...([x, weight, dy, inputs, outputs, weightGradient, biasGradient] as const),
      );
    const [a, b, g] = [matrix(x, inputs), matrix(weight, inputs), matrix(dy, outputs)];
    const [byX, byWeight] = [tf.matMul(g, b), tf.matMul(g, a, true, false)];
    const dx = new Float64Array(byX.dataSync());
    const dw = byWeight.dataSync();
    tf.dispose([a, b, g, byX, byWeight]);
    for (let k = 0; k < dw.length; k++) weightGradient[k]! += dw[k]!;
    for (let k = 0; k < dy.length; k++) biasGradient[k % outputs]! += dy[k]!;
    return dx;
  },
};
