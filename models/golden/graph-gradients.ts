/** Runs a piece of a differentiable graph by itself: output, gradients, and what else is asked for. */
import type * as tf from "@tensorflow/tfjs";
import { runBackward } from "../graph/backward-run.ts";
import { GradientTape } from "../graph/gradient-tape.ts";
import { GraphBuilder, type GraphTensor } from "../graph/graph-builder.ts";
import { GraphSession } from "../graph/graph-session.ts";

export interface GraphPiece {
  readonly output: GraphTensor;
  /** Further tensors to compute. */
  readonly extra?: readonly GraphTensor[];
}

export interface PieceResult {
  readonly output: tf.Tensor;
  /** By each input, in their order; null where the output does not depend on it. */
  readonly gradients: readonly (tf.Tensor | null)[];
  readonly extra: readonly tf.Tensor[];
}

/** Makes a piece of a graph from its inputs. */
export type PieceBuilder = (
  graph: GraphBuilder,
  tape: GradientTape,
  inputs: readonly GraphTensor[],
) => GraphPiece;

/**
 * The forward and the backward run of `build` on float32 inputs. `cheap`: operations whose results are made again for
 * the backward pass, which takes about `parts` runs. `upstream`: the gradient by the output.
 */
export function runPiece(
  build: PieceBuilder,
  inputs: readonly tf.Tensor[],
  upstream: (output: tf.Tensor) => tf.Tensor,
  cheap: readonly string[] = [],
  parts = 1,
): PieceResult {
  const graph = new GraphBuilder();
  const tape = new GradientTape(graph, { cheap: new Set(cheap), parts });
  const nodes = inputs.map(({ shape }) => tape.parameter(graph.input(shape, "float32"), true));
  const { output, extra = [] } = build(graph, tape, nodes);
  const seed = graph.input(output.shape, "float32");
  const differentiated = tape.differentiate(new Map([[output, seed]]), nodes);
  const session = new GraphSession(graph);
  const feeds = nodes.map((input, i) => ({ input, value: inputs[i]! }));
  const results = session.run(feeds, [output, ...extra, ...differentiated.kept]);
  const whole = results[0]!;
  const passed = new Map(
    differentiated.kept.map((input, i) => [input, results[1 + extra.length + i]!]),
  );
  const fixed = new Map(feeds.map(({ input, value }) => [input, value]));
  const gradients = runBackward(
    session,
    differentiated.parts,
    fixed,
    passed.set(seed, upstream(whole)),
  );
  session.dispose();
  return {
    output: whole,
    gradients: nodes.map((node) => gradients.get(node) ?? null),
    extra: results.slice(1, 1 + extra.length),
  };
}
