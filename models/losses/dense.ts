/** The three products a linear map over rows needs. Row-major float64; loops ordered so that the inner one is contiguous. */

/** x: [N,I], weight: [O,I], bias: [O]. Returns x * weight^T + bias, [N,O]. */
export function linear(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  inputs: number,
  outputs: number,
): Float64Array {
  const rows = x.length / inputs;
  const y = new Float64Array(rows * outputs);
  for (let n = 0; n < rows; n++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o]!;
      const a = n * inputs;
      const b = o * inputs;
      for (let i = 0; i < inputs; i++) sum += x[a + i]! * weight[b + i]!;
      y[n * outputs + o] = sum;
    }
  }
  return y;
}

/** Gradients of `linear` given dy: [N,O]. Adds to `weightGradient` [O,I] and `biasGradient` [O]; returns dx [N,I]. */
export function linearBackward(
  x: Float64Array,
  weight: Float64Array,
  dy: Float64Array,
  inputs: number,
  outputs: number,
  weightGradient: Float64Array,
  biasGradient: Float64Array,
): Float64Array {
  const rows = x.length / inputs;
  const dx = new Float64Array(rows * inputs);
  for (let n = 0; n < rows; n++) {
    const a = n * inputs;
    for (let o = 0; o < outputs; o++) {
      const g = dy[n * outputs + o]!;
      if (g === 0) continue;
      biasGradient[o]! += g;
      const b = o * inputs;
      for (let i = 0; i < inputs; i++) {
        dx[a + i]! += g * weight[b + i]!;
        weightGradient[b + i]! += g * x[a + i]!;
      }
    }
  }
  return dx;
}

/** How the products are worked out: exactly, as here, or on TensorFlow. */
export interface LinearProducts {
  readonly linear: typeof linear;
  readonly linearBackward: typeof linearBackward;
}

export const exactProducts: LinearProducts = { linear, linearBackward };
