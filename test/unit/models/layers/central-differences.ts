import * as tf from "@tensorflow/tfjs";

/** Numbers without pattern in -1..1, the same for the same seed. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state / 1073741824) - 1; // prettier-ignore
  });
}

export function tensor(shape: number[], seed: number, scale = 1): tf.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    numbers(count, seed).map((value) => value * scale),
    shape,
  );
}

/** Gradients below this are lost in the rounding of float32. */
const SMALLEST = 0.02;

/**
 * The largest disagreement between a function's gradients and central differences, over the largest
 * difference of each input. The function's output is weighted by fixed numbers and summed in double precision.
 */
export function gradientError(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  step = 1e-2,
): number {
  const upstream = tf.tidy(() => tensor([...f(...inputs).shape], 97));
  const weights = upstream.dataSync();
  const total = (...changed: tf.Tensor[]): number => {
    const values = tf.tidy(() => f(...changed)).dataSync<"float32">();
    return values.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  const gradients = tf.grads(f)([...inputs], upstream);
  let worst = 0;
  for (const [which, input] of inputs.entries()) {
    const values = input.dataSync();
    const analytic = gradients[which]!.dataSync();
    const numeric = Float64Array.from(values, (value, i) => {
      const at = (shift: number): number => {
        const moved = values.slice();
        moved[i] = value + shift;
        const replaced = inputs.map((other, k) =>
          k === which ? tf.tensor(moved, input.shape) : other,
        );
        return total(...replaced);
      };
      return (at(step) - at(-step)) / (2 * step);
    });
    const largest = numeric.reduce((most, value) => Math.max(most, Math.abs(value)), SMALLEST);
    for (const [i, value] of numeric.entries())
      worst = Math.max(worst, Math.abs(value - analytic[i]!) / largest);
    if (analytic.length !== numeric.length) return Infinity;
  }
  return worst;
}
