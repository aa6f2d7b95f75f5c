/** Runs a piece of a differentiable graph by itself: output, gradients, and what else is asked for. */
import type * as tf from "@tensorflow/tfjs";
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
 * the backward run. `upstream`: the gradient by the output.
 */
export function runPiece(
  build: PieceBuilder,
  inputs: readonly tf.Tensor[],
  upstream: (output: tf.Tensor) => tf.Tensor,
  cheap: readonly string[] = [],
): PieceResult {
  const graph = new GraphBuilder();
  const tape = new GradientTape(graph, new Set(cheap));
  const nodes = inputs.map(({ shape }) => tape.parameter(graph.input(shape, "float32"), true));
  const { output, extra = [] } = build(graph, tape, nodes);
  const seed = graph.input(output.shape, "float32");
  const { gradients, kept } = tape.differentiate(new Map([[output, seed]]), nodes);
  const session = new GraphSession(graph);
  const feeds = nodes.map((input, i) => ({ input, value: inputs[i]! }));
  const wanted = [output, ...extra, ...kept];
  const results = session.run(feeds, wanted);
  const whole = results[0]!;
  const keptFeeds = kept.map((input, i) => ({ input, value: results[1 + extra.length + i]! }));
  const found = [...gradients.values()];
  const back = session.run(
    [...feeds, ...keptFeeds, { input: seed, value: upstream(whole) }],
    found,
  );
  session.dispose();
  return {
    output: whole,
    gradients: nodes.map((node) => {
      const gradient = gradients.get(node);
      return gradient === undefined ? null : back[found.indexOf(gradient)]!;
    }),
    extra: results.slice(1, 1 + extra.length),
  };
}
