/**
 * What goes between the main side and the compute process. One process works on one task at a time;
 * its crash ends that task and nothing else. Sent with structured clone, so typed arrays travel as they are.
 */

/** How far a task is; the same as a job's progress. */
export interface TaskProgress {
  readonly phase: string;
  readonly step: number;
  readonly total: number | null;
  readonly unit: string;
}

export interface PredictTask {
  readonly kind: "predict";
  /** A checkpoint folder, or an ONNX file with how its outputs are laid out (null: read from the graph). */
  readonly model:
    | { readonly kind: "rtdetr"; readonly folder: string }
    | { readonly kind: "onnx"; readonly file: string; readonly preset: string | null };
  readonly images: readonly { readonly id: number; readonly path: string }[];
  /** Network input in pixels; null: the model's own. */
  readonly size: { readonly height: number; readonly width: number } | null;
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

/** Every kind of task with what it sends on the way and what it ends with. */
export interface ComputeTasks {
  readonly predict: { task: PredictTask; item: PredictedImage; result: PredictResult };
}

export type TaskKind = keyof ComputeTasks;
export type TaskOf<Kind extends TaskKind> = ComputeTasks[Kind]["task"];
export type ItemOf<Kind extends TaskKind> = ComputeTasks[Kind]["item"];
export type ResultOf<Kind extends TaskKind> = ComputeTasks[Kind]["result"];
export type AnyTask = ComputeTasks[TaskKind]["task"];

export type ToCompute =
  | { readonly type: "start"; readonly task: AnyTask }
  /** The task stops at its next safe point and ends with `cancelled`. */
  | { readonly type: "cancel" };

export type FromCompute =
  | { readonly type: "progress"; readonly at: TaskProgress }
  | { readonly type: "item"; readonly item: ComputeTasks[TaskKind]["item"] }
  | { readonly type: "done"; readonly result: ComputeTasks[TaskKind]["result"] }
  | { readonly type: "cancelled" }
  | { readonly type: "failed"; readonly code: string; readonly message: string };
