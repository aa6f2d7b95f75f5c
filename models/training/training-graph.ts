/** One step's network as a TensorFlow graph: a forward run, and after the losses a backward run. */
import * as tf from "@tensorflow/tfjs";
import { runBackward } from "../graph/backward-run.ts";
import { GradientTape, type BackwardPart } from "../graph/gradient-tape.ts";
import { GraphBuilder, type GraphTensor } from "../graph/graph-builder.ts";
import { gradientTools } from "../graph/taped-ops.ts";
import { movedStatistic } from "../graph/taped-norm.ts";
import { GraphSession, type GraphFeed } from "../graph/graph-session.ts";
import type { RtdetrConfig } from "../rtdetr/config.ts";
import { rtdetr, type DenoisingQueries } from "../rtdetr/rtdetr.ts";
import { trainingLayers } from "../rtdetr/training-layers.ts";
import type { DenoisingGroup } from "./denoising.ts";

/** Operations that take less time to repeat than their results are worth in memory. */
export const CHEAP: ReadonlySet<string> = new Set([
  ...["Reshape", "Identity", "Cast", "AddV2", "Sub", "Mul", "Floor", "Minimum", "Maximum"],
  ...["Equal", "ConcatV2", "GatherV2", "Sigmoid", "Pad", "Relu", "FusedBatchNormV3"],
  "ResizeNearestNeighbor",
]);

/**
 * Each run of the backward pass frees what the runs after it need no more, and takes a third of a second when a graph is
 * new: as many as the memory of so many pixels is worth.
 */
const backwardParts = (pixels: number): number => Math.min(6, Math.ceil(pixels / 150_000));

export interface TrainingGraphChoices {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Denoising queries an image, padding included; 0 for none. */
  readonly denoising: number;
  readonly usesBatchStatistics: (norm: string) => boolean;
  /** Outputs of the decoder layers beside logits and boxes that are read. */
  readonly reads: readonly LayerPart[];
  /** Those of them that take a gradient. */
  readonly pulls: readonly LayerPart[];
  /** Tokens [B,Q] to use as queries instead of those with the best scores. */
  readonly tokens?: Int32Array | null;
}

export type LayerPart =
  "hidden" | "boxHidden" | "offsetsX" | "offsetsY" | "attention" | "reference";

/** Parts of the outputs, each by the name it has in the losses. */
export type PartValues = ReadonlyMap<string, Float32Array>;

/** Values of one decoder layer's, or the selection's, outputs by part. */
export interface NetworkValues {
  readonly layers: readonly PartValues[];
  readonly selection: PartValues;
}

type Parts<T> = ReadonlyMap<string, T>;

interface Network<T> {
  readonly layers: readonly Parts<T>[];
  readonly selection: Parts<T>;
}

/** A forward run that waits for its backward run, or to be disposed. */
export interface ForwardPass {
  readonly values: NetworkValues;
  /** Running statistics after this batch, by name. The caller takes them over. */
  readonly statistics: ReadonlyMap<string, tf.Tensor>;
  readonly kept: readonly GraphFeed[];
  readonly inputs: readonly GraphFeed[];
}

export class TrainingGraph {
  readonly #session: GraphSession;
  readonly #pixels: GraphTensor;
  readonly #denoising: DenoisingInputs | null;
  readonly #parameters = new Map<string, GraphTensor>();
  readonly #statistics = new Map<string, GraphTensor>();
  readonly #outputs: Network<GraphTensor>;
  readonly #seeds: ReadonlyMap<GraphTensor, GraphTensor>;
  /** Names of the parameters that learn. */
  readonly #learning: ReadonlyMap<GraphTensor, string>;
  readonly #backward: readonly BackwardPart[];
  readonly #kept: readonly GraphTensor[];

  /** `learns`: names of the parameters that gradients are wanted by. `tensors`: all of the model, for their shapes. */
  constructor(
    config: RtdetrConfig,
    tensors: ReadonlyMap<string, tf.Tensor>,
    learns: ReadonlySet<string>,
    choices: TrainingGraphChoices,
  ) {
    const graph = new GraphBuilder();
    const { batch, height, width } = choices;
    const parts = backwardParts(batch * height * width);
    const tape = new GradientTape(graph, { cheap: CHEAP, parts });
    const parameter = (name: string): GraphTensor => {
      const known = this.#parameters.get(name);
      if (known !== undefined) return known;
      const input = graph.input(tensors.get(name)!.shape, "float32");
      this.#parameters.set(name, input);
      return tape.parameter(input, learns.has(name));
    };
    this.#pixels = graph.input([batch, height, width, 3], "float32");
    const tools = gradientTools(graph, tape);
    const layers = trainingLayers({
      graph,
      tape,
      parameter,
      batchNormEps: config.batch_norm_eps,
      layerNormEps: config.layer_norm_eps,
      usesBatchStatistics: choices.usesBatchStatistics,
      onBatchNorm: (norm, seen) => {
        const move = (name: string, now: GraphTensor) =>
          this.#statistics.set(name, movedStatistic(tools, parameter(name), now));
        move(`${norm}.running_mean`, seen.mean);
        move(`${norm}.running_var`, seen.variance);
      },
    });
    this.#denoising = choices.denoising > 0 ? denoisingInputs(graph, config, choices) : null;
    const tokens = choices.tokens ?? null;
    const outputs = rtdetr(layers, this.#pixels, config, {
      denoising: this.#denoising && denoisingQueries(this.#denoising, layers, choices),
      tokens: tokens === null ? null : graph.constant(tokens, [batch, tokens.length / batch]),
    });
    this.#outputs = {
      layers: outputs.layers.map(({ offsets, ...layer }) => {
        const parts = { ...layer, offsetsX: offsets.x, offsetsY: offsets.y };
        const names = ["logits", "boxes", ...choices.reads] as const;
        return new Map(names.map((name) => [name, parts[name]]));
      }),
      selection: new Map([
        ["logits", outputs.selection.logits],
        ["boxes", outputs.selection.boxes],
      ]),
    };
    const seeds = new Map<GraphTensor, GraphTensor>();
    const seed = (output: GraphTensor) => seeds.set(output, graph.input(output.shape, "float32"));
    for (const layer of this.#outputs.layers)
      for (const name of ["logits", "boxes", ...choices.pulls]) seed(layer.get(name)!);
    for (const output of this.#outputs.selection.values()) seed(output);
    this.#seeds = seeds;
    this.#learning = new Map(
      [...this.#parameters].flatMap(([name, tensor]) => (learns.has(name) ? [[tensor, name]] : [])),
    );
    const differentiated = tape.differentiate(seeds, [...this.#learning.keys()]);
    this.#backward = differentiated.parts;
    this.#kept = differentiated.kept;
    this.#session = new GraphSession(graph);
  }

  /** `tensors` are the model's as they are now. pixels: [B,H,W,3]. Follow it with `backward` or `disposeForward`. */
  forward(
    tensors: ReadonlyMap<string, tf.Tensor>,
    pixels: tf.Tensor,
    denoising: DenoisingGroup | null,
  ): ForwardPass {
    const inputs: GraphFeed[] = [{ input: this.#pixels, value: pixels }];
    for (const [name, input] of this.#parameters) inputs.push({ input, value: tensors.get(name)! });
    const noise = this.#denoising === null ? [] : denoisingFeeds(this.#denoising, denoising!);
    try {
      return this.#forward([...inputs, ...noise]);
    } catch (error) {
      for (const { value } of noise) value.dispose();
      throw error;
    }
  }

  #forward(inputs: readonly GraphFeed[]): ForwardPass {
    const wanted = [
      ...this.#outputs.layers.flatMap((layer) => [...layer.values()]),
      ...this.#outputs.selection.values(),
      ...this.#statistics.values(),
      ...this.#kept,
    ];
    const unique = new Map(wanted.map((tensor) => [tensor.name, tensor]));
    const results = this.#session.run(inputs, [...unique.values()]);
    const found = new Map([...unique.keys()].map((name, i) => [name, results[i]!]));
    const read = (parts: Parts<GraphTensor>): PartValues =>
      new Map([...parts].map(([part, { name }]) => [part, found.get(name)!.dataSync<"float32">()]));
    const pass: ForwardPass = {
      values: {
        layers: this.#outputs.layers.map(read),
        selection: read(this.#outputs.selection),
      },
      statistics: new Map([...this.#statistics].map(([key, { name }]) => [key, found.get(name)!])),
      kept: this.#kept.map((input) => ({ input, value: found.get(input.name)! })),
      inputs,
    };
    const needed = new Set([...this.#statistics.values(), ...this.#kept].map(({ name }) => name));
    for (const [name, tensor] of found) if (!needed.has(name)) tensor.dispose();
    return pass;
  }

  /** Gradients by the name of each parameter that learns. `seeds`: gradients by the outputs; missing parts are zero. */
  backward(pass: ForwardPass, seeds: NetworkValues): Map<string, tf.Tensor> {
    const fixed = new Map(pass.inputs.map(({ input, value }) => [input, value]));
    const passed = new Map(
      [...pass.kept, ...this.#seedFeeds(seeds)].map(({ input, value }) => [input, value]),
    );
    try {
      const gradients = runBackward(this.#session, this.#backward, fixed, passed);
      return new Map(
        [...this.#learning].flatMap(([parameter, name]) => {
          const gradient = gradients.get(parameter);
          return gradient === undefined ? [] : [[name, gradient]];
        }),
      );
    } finally {
      this.#disposeInputs(pass);
    }
  }

  /** Frees what a forward run keeps for its backward run. Pixels, parameters and statistics are the caller's. */
  disposeForward(pass: ForwardPass): void {
    for (const { value } of pass.kept) value.dispose();
    this.#disposeInputs(pass);
  }

  #disposeInputs({ inputs }: ForwardPass): void {
    if (this.#denoising === null) return;
    const own = new Set(Object.values(this.#denoising));
    for (const { input, value } of inputs) if (own.has(input)) value.dispose();
  }

  dispose(): void {
    this.#session.dispose();
  }

  #seedFeeds({ layers, selection }: NetworkValues): GraphFeed[] {
    const feeds: GraphFeed[] = [];
    const collect = (outputs: Parts<GraphTensor>, gradients: PartValues) => {
      for (const [part, output] of outputs) {
        const input = this.#seeds.get(output);
        if (input === undefined) continue;
        const size = output.shape.reduce((product, length) => product * length, 1);
        const values = gradients.get(part) ?? new Float32Array(size);
        feeds.push({ input, value: tf.tensor(values, [...output.shape]) });
      }
    };
    this.#outputs.layers.forEach((outputs, index) => collect(outputs, layers[index]!));
    collect(this.#outputs.selection, selection);
    return feeds;
  }
}

interface DenoisingInputs {
  /** Rows of the class embedding, int32 [B*D]. */
  readonly labels: GraphTensor;
  /** 1, or 0 for padding, [B*D,1]. */
  readonly real: GraphTensor;
  readonly boxLogits: GraphTensor; // [B,D,4]
  readonly mask: GraphTensor; // [D+Q,D+Q]
}

function denoisingInputs(
  graph: GraphBuilder,
  config: RtdetrConfig,
  { batch, height, width, denoising }: TrainingGraphChoices,
): DenoisingInputs {
  const size = denoising + selectedQueries(config, height, width);
  return {
    labels: graph.input([batch * denoising], "int32"),
    real: graph.input([batch * denoising, 1], "float32"),
    boxLogits: graph.input([batch, denoising, 4], "float32"),
    mask: graph.input([size, size], "float32"),
  };
}

/** Class embeddings of the noisy labels; padding has none and teaches none. */
function denoisingQueries(
  { labels, real, boxLogits, mask }: DenoisingInputs,
  { ops, parameter }: ReturnType<typeof trainingLayers>,
  { batch, denoising }: TrainingGraphChoices,
): DenoisingQueries<GraphTensor> {
  const embedding = parameter("model.denoising_class_embed.weight");
  const rows = ops.mul(ops.gatherRows(embedding, labels), real);
  const content = ops.reshape(rows, [batch, denoising, embedding.shape[1]!]);
  return { content, boxLogits, mask };
}

function denoisingFeeds(inputs: DenoisingInputs, group: DenoisingGroup): GraphFeed[] {
  const feed = (input: GraphTensor, values: Float32Array | Int32Array): GraphFeed => ({
    input,
    value: tf.tensor(values, [...input.shape], input.dtype),
  });
  return [
    feed(inputs.labels, group.labels),
    feed(inputs.real, group.real),
    feed(inputs.boxLogits, group.boxLogits),
    feed(inputs.mask, group.mask),
  ];
}

/** As many queries as the model asks for, or as the feature maps have positions. */
export function selectedQueries(config: RtdetrConfig, height: number, width: number): number {
  const positions = config.feat_strides.reduce(
    (sum, stride) => sum + Math.ceil(height / stride) * Math.ceil(width / stride),
    0,
  );
  return Math.min(config.num_queries, positions);
}
