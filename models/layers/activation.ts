/** Activations as one differentiable node each, keeping their input only. */
import * as tf from "@tensorflow/tfjs";

/** x * sigmoid(x). */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.customGrad(((input: tf.Tensor, save: tf.GradSaveFunc) => {
    save([input]);
    return {
      value: tf.mul(input, tf.sigmoid(input)),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [before] = saved as [tf.Tensor];
        const gate = tf.sigmoid(before);
        // d/dx = s + x s (1 - s) = s (1 + x (1 - s))
        const slope = tf.mul(gate, tf.add(tf.mul(before, tf.sub(1, gate)), 1));
        return tf.mul(upstream, slope);
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x);
}

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

/** x * (1 + erf(x / sqrt(2))) / 2. */
export function gelu(x: tf.Tensor): tf.Tensor {
  const normalShare = (input: tf.Tensor): tf.Tensor =>
    tf.mul(tf.add(tf.erf(tf.mul(input, SQRT_HALF)), 1), 0.5);
  return tf.customGrad(((input: tf.Tensor, save: tf.GradSaveFunc) => {
    save([input]);
    return {
      value: tf.mul(input, normalShare(input)),
      gradFunc: (upstream: tf.Tensor, saved: tf.Tensor[]) => {
        const [before] = saved as [tf.Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(before), -0.5)), INVERSE_SQRT_TWO_PI);
        return tf.mul(upstream, tf.add(normalShare(before), tf.mul(before, density)));
      },
    };
  }) as Parameters<typeof tf.customGrad>[0])(x);
}
