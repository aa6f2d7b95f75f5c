import * as tf from "@tensorflow/tfjs";
import { runPiece, type PieceBuilder } from "../../../../models/golden/graph-gradients.ts";
import { GradientTape } from "../../../../models/graph/gradient-tape.ts";
import { GraphBuilder } from "../../../../models/graph/graph-builder.ts";
import { GraphSession } from "../../../../models/graph/graph-session.ts";

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
 * The largest disagreement between a piece's gradients and central differences, over the largest difference of each
 * input. The output is weighted by fixed numbers and summed in double precision. An input that the tape gives no
 * gradient for counts as one with gradient zero.
 */
export function gradientError(
  build: PieceBuilder,
  inputs: readonly tf.Tensor[],
  {
    step = 1e-2,
    cheap = [],
    parts = 1,
  }: { step?: number; cheap?: readonly string[]; parts?: number } = {},
): number {
  const weighted = (output: tf.Tensor) => tensor([...output.shape], 97);
  const { output, gradients } = runPiece(build, inputs, weighted, cheap, parts);
  const weights = weighted(output).dataSync();
  const graph = new GraphBuilder();
  const nodes = inputs.map(({ shape }) => graph.input(shape, "float32"));
  const forward = build(
    graph,
    new GradientTape(graph, { cheap: new Set(), parts: 1 }),
    nodes,
  ).output;
  const session = new GraphSession(graph);
  const total = (changed: readonly tf.Tensor[]): number => {
    const feeds = nodes.map((input, i) => ({ input, value: changed[i]! }));
    const [result] = session.run(feeds, [forward]) as [tf.Tensor];
    return result.dataSync<"float32">().reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  let worst = 0;
  for (const [which, input] of inputs.entries()) {
    const values = input.dataSync();
    const analytic = gradients[which]?.dataSync() ?? new Float32Array(values.length);
    const numeric = Float64Array.from(values, (value, i) => {
      const at = (shift: number): number => {
        const moved = values.slice();
        moved[i] = value + shift;
        return total(
          inputs.map((other, k) => (k === which ? tf.tensor(moved, input.shape) : other)),
        );
      };
      return (at(step) - at(-step)) / (2 * step);
    });
    const largest = numeric.reduce((most, value) => Math.max(most, Math.abs(value)), SMALLEST);
    for (const [i, value] of numeric.entries())
      worst = Math.max(worst, Math.abs(value - analytic[i]!) / largest);
    if (analytic.length !== numeric.length) return Infinity;
  }
  session.dispose();
  return worst;
}
