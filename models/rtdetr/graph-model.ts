/** RT-DETR for inference as TensorFlow graphs, one for each shape of input; they share the weights. */
import type * as tf from "@tensorflow/tfjs";
import { GraphBuilder, type GraphTensor } from "../graph/graph-builder.ts";
import { graphOps } from "../graph/graph-ops.ts";
import { GraphSession, type GraphFeed } from "../graph/graph-session.ts";
import type { RtdetrConfig } from "./config.ts";
import { inferenceLayers, type FoldedConvolution, type WeightSource } from "./inference-layers.ts";
import { rtdetr, type RtdetrOutputs } from "./rtdetr.ts";

/** A graph for one batch size and picture size. */
export class RtdetrGraph {
  readonly outputs: RtdetrOutputs<GraphTensor>;
  readonly #pixels: GraphTensor;
  readonly #weights: readonly GraphFeed[];
  readonly #session: GraphSession;

  /**
   * shape: [B,H,W,3] of the pixels. The weights stay the caller's; they are handed in with every run.
   * `tokens` [B,Q] become the queries instead of those with the best scores.
   */
  constructor(
    config: RtdetrConfig,
    weights: WeightSource<tf.Tensor>,
    shape: readonly number[],
    tokens: Int32Array | null = null,
  ) {
    const graph = new GraphBuilder();
    const source = new WeightInputs(graph, weights);
    this.#pixels = graph.input(shape, "float32");
    const layers = inferenceLayers(graphOps(graph), source, config.layer_norm_eps);
    const batch = shape[0]!;
    this.outputs = rtdetr(layers, this.#pixels, config, {
      tokens: tokens === null ? null : graph.constant(tokens, [batch, tokens.length / batch]),
    });
    this.#weights = [...source.feeds.values()];
    this.#session = new GraphSession(graph);
  }

  /** Computes the wanted outputs for pixels [B,H,W,3]; only what they need is run. */
  run(pixels: tf.Tensor, wanted: readonly GraphTensor[]): tf.Tensor[] {
    return this.#session.run([{ input: this.#pixels, value: pixels }, ...this.#weights], wanted);
  }

  dispose(): void {
    this.#session.dispose();
  }
}

/** Makes an input of the graph for every weight that the model asks for. */
class WeightInputs implements WeightSource<GraphTensor> {
  readonly feeds = new Map<tf.Tensor, GraphFeed>();
  readonly #graph: GraphBuilder;
  readonly #weights: WeightSource<tf.Tensor>;

  constructor(graph: GraphBuilder, weights: WeightSource<tf.Tensor>) {
    this.#graph = graph;
    this.#weights = weights;
  }

  convNorm(names: Parameters<WeightSource<tf.Tensor>["convNorm"]>[0]) {
    return this.#convolution(this.#weights.convNorm(names));
  }

  repVgg(name: string) {
    return this.#convolution(this.#weights.repVgg(name));
  }

  parameter(name: string): GraphTensor {
    return this.#input(this.#weights.parameter(name));
  }

  #convolution({ filter, bias }: FoldedConvolution<tf.Tensor>): FoldedConvolution<GraphTensor> {
    return { filter: this.#input(filter), bias: this.#input(bias) };
  }

  #input(value: tf.Tensor): GraphTensor {
    const known = this.feeds.get(value);
    if (known !== undefined) return known.input;
    const input = this.#graph.input(value.shape, "float32");
    this.feeds.set(value, { input, value });
    return input;
  }
}
