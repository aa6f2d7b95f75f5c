/**
 * What goes between the main side and the compute process. One process works on one task at a time;
 * its crash ends that task and nothing else. Sent with structured clone, so typed arrays travel as they are.
 */
import type { TrainingSettings } from "../domain/training.ts";
import type { PackedPictures } from "./packed-pictures.ts";

/** How far a task is; the same as a job's progress. */
export interface TaskProgress {
  readonly phase: string;
  readonly step: number;
  readonly total: number | null;
  readonly unit: string;
  /** Where the task knows better than the pace of its steps tells; null: not yet. */
  readonly secondsLeft?: number | null;
}

/** A checkpoint folder, or an ONNX file with how its outputs are laid out (null: read from the graph). */
export type ModelSource =
  | { readonly kind: "rtdetr"; readonly folder: string }
  | { readonly kind: "onnx"; readonly file: string; readonly preset: string | null };

export interface InputSize {
  readonly height: number;
  readonly width: number;
}

export interface PredictTask {
  readonly kind: "predict";
  readonly model: ModelSource;
  readonly images: readonly { readonly id: number; readonly path: string }[];
  /** Network input in pixels; null: the model's own. */
  readonly size: InputSize | null;
  /** null: whole images. */
  readonly tile: {
    readonly size: number;
    readonly overlap: number;
    readonly merge: "nms" | "seams";
  } | null;
  readonly score: number;
  readonly maxDets: number;
  readonly batch: number;
}

/** The detections of one image, best first, or why there are none. */
export interface PredictedImage {
  readonly imageId: number;
  /** [n,4] xywh pixels of the original image. */
  readonly boxes: Float32Array;
  /** [n] */
  readonly scores: Float32Array;
  /** [n] index into the model's labels. */
  readonly classes: Int32Array;
  /** [n] a seam cut through the box before merging; null without tiles. */
  readonly atSeam: Uint8Array | null;
  readonly problem: string | null;
}

export interface PredictResult {
  readonly labels: readonly string[];
  readonly images: number;
  readonly failed: number;
}

/** Reads what a model says of itself; needs no TensorFlow. */
export interface DescribeTask {
  readonly kind: "describe";
  readonly model: ModelSource;
}

export interface ModelDescription {
  /** Class names by index; empty where the model does not tell. */
  readonly labels: readonly string[];
  /** How many classes its outputs have; null where that is open. */
  readonly classCount: number | null;
  /** Network input; null where it takes any size and none was said yet. */
  readonly input: InputSize | null;
  /** Another size may be asked for, in multiples of `sizeStep`. */
  readonly anySize: boolean;
  readonly sizeStep: number;
  /** ONNX: the layout in use, of those in `presets`; null where it has to be chosen. */
  readonly preset: string | null;
  /** ONNX: every known layout, those that the outputs allow marked. */
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    readonly fits: boolean;
  }[];
  /** ONNX: inputs and outputs as the graph names them, `boxes [1,300,4]`. */
  readonly graph: readonly string[];
  /** What the user should know, one sentence each. */
  readonly notes: readonly string[];
}

/** What the decoder of an RT-DETR looks at for one box of one picture. */
export interface InspectTask {
  readonly kind: "inspect";
  readonly folder: string;
  readonly image: string;
  readonly size: InputSize | null;
  /** As the prediction was made: the tile that holds the box best is looked at. */
  readonly tile: { readonly size: number; readonly overlap: number } | null;
  /** xywh pixels of the picture. */
  readonly box: readonly [number, number, number, number];
}

export interface InspectedQuery {
  /** Box the layer starts from, xywh pixels of the picture, and the one it ends with. */
  readonly reference: readonly [number, number, number, number];
  readonly box: readonly [number, number, number, number];
  /** Best class after the layer. */
  readonly label: number;
  readonly score: number;
  /** [heads*levels*points,2] x, y pixels of the picture. */
  readonly points: Float32Array;
  /** [heads*levels*points] attention weight; 1 in total for each head. */
  readonly weights: Float32Array;
}

export interface InspectedMap {
  readonly width: number;
  readonly height: number;
  /** [height,width] mean absolute value over the channels. */
  readonly values: Float32Array;
  /** Picture pixels that one cell covers. */
  readonly stride: number;
}

export interface InspectResult {
  readonly labels: readonly string[];
  /** Part of the picture that the network saw, xywh pixels. */
  readonly part: readonly [number, number, number, number];
  readonly input: InputSize;
  /** The query whose last box overlaps the asked one most, else the nearest. */
  readonly query: number;
  readonly iou: number;
  readonly heads: number;
  readonly levels: number;
  readonly points: number;
  readonly layers: readonly InspectedQuery[];
  /** Of the encoder, the finest first. */
  readonly maps: readonly InspectedMap[];
}

/** A picture to learn from, or a tile of one; boxes in pixels of that part. */
export interface TrainingPicture {
  readonly path: string;
  /** Part of the file that is used; null: all of it. It may reach beyond a small picture. */
  readonly tile: { readonly left: number; readonly top: number; readonly size: number } | null;
  readonly width: number;
  readonly height: number;
  /** [n,4] xywh. */
  readonly boxes: Float64Array;
  /** [n] index into the labels. */
  readonly classes: Int32Array;
  /** [r,4] xywh: areas where nothing counts as a negative. */
  readonly regions: Float64Array;
  /** [p,4] xywh: areas that are painted black, but for the boxes in them. */
  readonly painted?: Float64Array;
}

export interface TrainTask {
  readonly kind: "train";
  /** `last` and `best` are kept here. */
  readonly folder: string;
  readonly settings: TrainingSettings;
  readonly start:
    | { readonly kind: "checkpoint"; readonly folder: string }
    | { readonly kind: "scratch"; readonly network: "tiny" | "r18" | "r34" | "r50" | "r101" };
  readonly labels: readonly string[];
  readonly train: PackedPictures;
  /** Whole pictures, also where tiles are trained on: they are tiled as prediction does it. */
  readonly validation: PackedPictures;
  /** Go on from `last` where there is one. */
  readonly resume: boolean;
}

/** Sample reweighting over the positives of one step. */
export interface ReweightingSummary {
  readonly weightMean: number;
  readonly weightDeviation: number;
  readonly ratioMean: number;
  readonly ratioDeviation: number;
  /** Share of w within 0.01 of 0.5. */
  readonly weightAtHalf: number;
}

/** What one step did. */
export interface TrainingStepRow {
  readonly step: number;
  /** Counted from 1. */
  readonly epoch: number;
  readonly loss: number;
  /** Weighted, summed over the decoder's layers: `vfl`, `bbox`, `giou`, `offset`, `attention`; then `encoder vfl`, `denoising vfl`, ... */
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** null where reweighting is off or the step had no positive. */
  readonly reweighting: {
    readonly both: ReweightingSummary;
    readonly cls: ReweightingSummary;
    readonly reg: ReweightingSummary;
  } | null;
  /** null where refinement is off or the step had no positive. */
  readonly pointsOutside: number | null;
  /** Images a second. */
  readonly throughput: number;
  /** Seconds that the step waited for pictures. */
  readonly waited: number;
  /** Resident bytes of the process. */
  readonly memory: number;
  readonly tensors: number;
}

export type TrainItem =
  /** Where it goes on from; what was told of later steps is done anew. */
  | { readonly kind: "began"; readonly step: number; readonly steps: number }
  | { readonly kind: "steps"; readonly rows: readonly TrainingStepRow[] }
  | {
      readonly kind: "validated";
      readonly step: number;
      readonly epoch: number;
      readonly ap: Readonly<Record<string, number | null>>;
      readonly ap50: number | null;
      readonly images: number;
      readonly isBest: boolean;
    }
  | { readonly kind: "saved"; readonly name: "last" | "best"; readonly step: number }
  /** A checkpoint could not be written; the one before is whole. The task ends. */
  | { readonly kind: "unsaved"; readonly message: string }
  /** A sentence for the user. */
  | { readonly kind: "note"; readonly text: string };

export interface TrainResult {
  readonly step: number;
}

/** Runs a model once, on a picture or on a part of it, for a person who waits. */
export interface ProposeTask {
  readonly kind: "propose";
  readonly model: ModelSource;
  readonly image: string;
  /** xywh pixels: objects whose centre lies in it are wanted; null: all of the picture. */
  readonly region: readonly [number, number, number, number] | null;
  readonly score: number;
  readonly maxDets: number;
}

export interface ProposeResult {
  readonly labels: readonly string[];
  /** [n,4] xywh pixels of the picture, best first. */
  readonly boxes: Float32Array;
  /** [n] */
  readonly scores: Float32Array;
  /** [n] index into `labels`. */
  readonly classes: Int32Array;
}

/** Every kind of task with what it sends on the way and what it ends with. */
export interface ComputeTasks {
  readonly predict: { task: PredictTask; item: PredictedImage; result: PredictResult };
  readonly describe: { task: DescribeTask; item: never; result: ModelDescription };
  readonly inspect: { task: InspectTask; item: never; result: InspectResult };
  readonly propose: { task: ProposeTask; item: never; result: ProposeResult };
  readonly train: { task: TrainTask; item: TrainItem; result: TrainResult };
}

export type TaskKind = keyof ComputeTasks;
export type TaskOf<Kind extends TaskKind> = ComputeTasks[Kind]["task"];
export type ItemOf<Kind extends TaskKind> = ComputeTasks[Kind]["item"];
export type ResultOf<Kind extends TaskKind> = ComputeTasks[Kind]["result"];
export type AnyTask = ComputeTasks[TaskKind]["task"];

export type ToCompute =
  | { readonly type: "start"; readonly task: AnyTask }
  /** The task stops at its next safe point and ends with `cancelled`. */
  | { readonly type: "cancel" }
  /** The items up to this number are stored; said only of tasks that ask. */
  | { readonly type: "stored"; readonly number: number };

export type FromCompute =
  | { readonly type: "progress"; readonly at: TaskProgress }
  /** Numbered from 1 within a task. */
  | {
      readonly type: "item";
      readonly number: number;
      readonly item: ComputeTasks[TaskKind]["item"];
    }
  | { readonly type: "done"; readonly result: ComputeTasks[TaskKind]["result"] }
  | { readonly type: "cancelled" }
  | { readonly type: "failed"; readonly code: string; readonly message: string };
