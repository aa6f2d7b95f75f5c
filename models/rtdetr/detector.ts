/** An RT-DETR that is ready to detect. */
import * as tf from "@tensorflow/tfjs";
import { AppError } from "../../shared/domain/app-error.ts";
import { loadTensorFlow } from "../runtime/load.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { sizeStep, type RtdetrConfig } from "./config.ts";
import { eagerOps } from "./eager-ops.ts";
import { FoldedWeights } from "./folded-weights.ts";
import { RtdetrGraph } from "./graph-model.ts";
import { inferenceLayers } from "./inference-layers.ts";
import { toTensors, type HostParameters } from "./parameters.ts";
import { selectDetections, type Detections } from "./postprocess.ts";
import { rtdetr, type RtdetrOutputs } from "./rtdetr.ts";

/** Pictures as the network takes them: RGB, all of one size, one after another. */
export interface PixelBatch {
  /** [B,H,W,3]: bytes 0..255, or floats 0..1. */
  readonly values: Uint8Array | Float32Array;
  readonly count: number;
  readonly width: number;
  readonly height: number;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface DetectOptions {
  /** Default: the number of queries. */
  readonly maxDetections?: number;
  readonly minScore?: number;
}

/** Graphs kept for input shapes used lately; the last batch of a folder has a shape of its own. */
const KEPT_GRAPHS = 4;

/** Picks outputs, whatever kind of tensors they are. */
type Selection = <T>(outputs: RtdetrOutputs<T>) => T[];

export class RtdetrDetector implements Disposable {
  readonly config: RtdetrConfig;
  /** What the user should know about the checkpoint, one sentence each. */
  readonly notes: readonly string[];
  readonly #weights: FoldedWeights;
  readonly #graphs = new Map<string, RtdetrGraph>();
  readonly #usesGraphs: boolean;

  private constructor(
    config: RtdetrConfig,
    values: HostParameters,
    notes: readonly string[],
    usesGraphs: boolean,
  ) {
    this.config = config;
    this.notes = notes;
    this.#weights = new FoldedWeights(toTensors(config, values), config.batch_norm_eps);
    this.#usesGraphs = usesGraphs;
  }

  /** Loads TensorFlow and a checkpoint folder. */
  static async open(folder: string): Promise<RtdetrDetector> {
    const { config, values, notes } = readCheckpoint(folder);
    return RtdetrDetector.from(config, values, notes);
  }

  /** A detector from weights in memory, in the file's layout. */
  static async from(
    config: RtdetrConfig,
    values: HostParameters,
    notes: readonly string[] = [],
  ): Promise<RtdetrDetector> {
    const { backend } = await loadTensorFlow();
    // A graph is handed its weights from the host with each run, which would cross to a GPU each time.
    return new RtdetrDetector(config, values, notes, !backend.isUsingGpuDevice);
  }

  /** Detections of each picture, in pixels of its original `sizes`. */
  async detect(
    batch: PixelBatch,
    sizes: readonly PictureSize[],
    { maxDetections = this.config.num_queries, minScore = 0 }: DetectOptions = {},
  ): Promise<Detections[]> {
    const [logits, boxes] = (await this.#compute(batch, (outputs) => {
      const last = outputs.layers.at(-1)!;
      return [last.logits, last.boxes];
    })) as [Float32Array, Float32Array];
    const [logitCount, boxCount] = [logits.length / batch.count, boxes.length / batch.count];
    return sizes.map((size, image) =>
      selectDetections(
        logits.subarray(image * logitCount, (image + 1) * logitCount),
        boxes.subarray(image * boxCount, (image + 1) * boxCount),
        size,
        { maxDetections, minScore },
      ),
    );
  }

  /** What the decoder looks at in one picture. */
  async inspect(batch: PixelBatch): Promise<Inspection> {
    const { count, height, width } = batch;
    if (count !== 1) throw new Error(`inspect takes one picture, not ${count}`);
    const perLayer = 6;
    const arrays = await this.#compute(batch, (outputs) => [
      ...outputs.layers.flatMap((layer) => [
        layer.reference,
        layer.boxes,
        layer.logits,
        layer.offsets.x,
        layer.offsets.y,
        layer.attention,
      ]),
      ...outputs.encoder,
    ]);
    const { config } = this;
    const layers = Array.from({ length: config.decoder_layers }, (_, index) => {
      const [references, boxes, logits, offsetX, offsetY, attention] = arrays.slice(
        index * perLayer,
        (index + 1) * perLayer,
      ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
      return { references, boxes, logits, offsetX, offsetY, attention };
    });
    const maps = arrays.slice(config.decoder_layers * perLayer).map((values, level) => {
      const stride = config.feat_strides[level]!;
      return featureMap(values, Math.ceil(width / stride), Math.ceil(height / stride));
    });
    return {
      layers,
      maps,
      heads: config.decoder_attention_heads,
      levels: config.num_feature_levels,
      points: config.decoder_n_points,
    };
  }

  [Symbol.dispose](): void {
    for (const graph of this.#graphs.values()) graph.dispose();
    this.#graphs.clear();
    this.#weights.dispose();
  }

  /** Runs the model and reads the selected outputs; leaves no tensors behind. */
  async #compute(batch: PixelBatch, select: Selection): Promise<Float32Array[]> {
    this.#assertSize(batch);
    const pixels = toPixelTensor(batch);
    const results = this.#usesGraphs
      ? this.#runGraph(pixels, select)
      : this.#runEager(pixels, select);
    pixels.dispose();
    const values = await Promise.all(results.map((tensor) => tensor.data<"float32">()));
    tf.dispose(results);
    return values;
  }

  #runGraph(pixels: tf.Tensor, select: Selection): tf.Tensor[] {
    const key = pixels.shape.join("x");
    const graph =
      this.#graphs.get(key) ?? new RtdetrGraph(this.config, this.#weights, pixels.shape);
    // Put last: the graph used longest ago is then the first.
    this.#graphs.delete(key);
    this.#graphs.set(key, graph);
    for (const [oldest, unused] of this.#graphs) {
      if (this.#graphs.size <= KEPT_GRAPHS) break;
      unused.dispose();
      this.#graphs.delete(oldest);
    }
    return graph.run(pixels, select(graph.outputs));
  }

  #runEager(pixels: tf.Tensor, select: Selection): tf.Tensor[] {
    return tf.tidy(() => {
      const eps = this.config.layer_norm_eps;
      const layers = inferenceLayers(eagerOps, this.#weights, eps, (body) => tf.tidy(body));
      return select(rtdetr(layers, pixels, this.config));
    });
  }

  #assertSize({ width, height, count, values }: PixelBatch): void {
    const step = sizeStep(this.config);
    if (width % step !== 0 || height % step !== 0 || width === 0 || height === 0)
      throw new AppError(
        "model/input-size",
        `The network's input is ${width}x${height}; both sides must be multiples of ${step}. Choose another size.`,
      );
    if (values.length !== count * width * height * 3)
      throw new Error(`${values.length} values are not ${count} pictures of ${width}x${height}`);
  }
}

/** Where each decoder layer's queries sample the maps, and how strong the maps are. */
export interface Inspection {
  readonly layers: readonly InspectedLayer[];
  /** Mean absolute value over the channels of each encoder map. */
  readonly maps: readonly FeatureMap[];
  readonly heads: number;
  readonly levels: number;
  readonly points: number;
}

export interface InspectedLayer {
  /** Box that each query starts from, [Q,4] cxcywh 0..1. */
  readonly references: Float32Array;
  /** Box after the layer, [Q,4]. */
  readonly boxes: Float32Array;
  readonly logits: Float32Array; // [Q,K]
  /** Sampling points relative to the centre of the reference, in picture widths, [Q,heads,levels,points]. */
  readonly offsetX: Float32Array;
  /** The same in picture heights. */
  readonly offsetY: Float32Array;
  /** Weight of each point, [Q,heads,levels,points]; 1 in total for each head. */
  readonly attention: Float32Array;
}

export interface FeatureMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array; // [h,w]
}

function toPixelTensor({ values, count, height, width }: PixelBatch): tf.Tensor {
  const shape = [count, height, width, 3];
  if (values instanceof Float32Array) return tf.tensor(values, shape);
  return tf.tidy(() => tf.mul(tf.cast(tf.tensor(values, shape, "int32"), "float32"), 1 / 255));
}

function featureMap(values: Float32Array, width: number, height: number): FeatureMap {
  const channels = values.length / (width * height);
  const means = new Float32Array(width * height);
  for (let place = 0; place < means.length; place += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1)
      sum += Math.abs(values[place * channels + channel]!);
    means[place] = sum / channels;
  }
  return { width, height, values: means };
}
