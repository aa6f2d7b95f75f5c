import { z } from "zod";
import type { InspectResult, ModelDescription } from "../compute/messages.ts";
import type { Category } from "../domain/records.ts";
import { route } from "./route.ts";

export interface ModelRecord {
  readonly id: number;
  readonly name: string;
  readonly kind: "rtdetr" | "onnx";
  /** A checkpoint folder or an ONNX file. */
  readonly path: string;
  /** False where it was moved or removed. */
  readonly present: boolean;
  readonly description: ModelDescription;
  /** The user's own words. */
  readonly notes: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** What is found at a path before it is added. */
export interface InspectedModel {
  readonly kind: "rtdetr" | "onnx";
  readonly path: string;
  /** From the file's or folder's name. */
  readonly suggestedName: string;
  readonly description: ModelDescription;
  /** The model at this path that is in the project already. */
  readonly knownAs: string | null;
}

/** Which category of the dataset each class of a model stands for. */
export interface ClassMapping {
  readonly classes: readonly {
    /** Empty where the model has no names. */
    readonly name: string;
    /** null: left out. */
    readonly categoryId: number | null;
  }[];
  readonly categories: readonly Category[];
  /** The dataset has no classes yet; it gets the model's. */
  readonly makesCategories: boolean;
}

/** How a prediction set was made by a model. */
export interface InferenceInfo {
  readonly predictionSetId: number;
  readonly modelId: number | null;
  readonly modelName: string;
  readonly settings: PredictSettings;
  /** Images without predictions because they could not be read; the first of them. */
  readonly problemCount: number;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

const side = z.int().min(32).max(16_384);
const path = z.string().min(1).max(4096);
const name = z.string().trim().min(1).max(200);

export const predictSettings = z.object({
  /** Network input in pixels; null: the model's own. */
  size: z.object({ height: side, width: side }).nullable().default(null),
  /** null: whole images. */
  tile: z
    .object({
      size: side,
      overlap: z.int().min(0).max(16_383),
      merge: z.enum(["nms", "seams"]),
    })
    .refine(({ size, overlap }) => overlap < size, {
      path: ["overlap"],
      message: "must be smaller than the tile",
    })
    .nullable()
    .default(null),
  score: z.number().min(0).max(1).default(0.01),
  maxDets: z.int().min(1).max(100_000).default(300),
  batch: z.int().min(1).max(256).default(1),
});
export type PredictSettings = z.infer<typeof predictSettings>;

/** What the user says where an ONNX graph does not; kept in a file beside the model. */
export const modelAnswers = z.object({
  preset: z.string().min(1).max(40).optional(),
  labels: z.array(z.string().min(1).max(200)).min(1).max(20_000).optional(),
  input: z.object({ height: side, width: side }).optional(),
  fit: z.enum(["stretch", "letterbox"]).optional(),
  /** (value / 255 - mean) / std for each of red, green, blue. */
  mean: z.array(z.number().min(-1000).max(1000)).length(3).optional(),
  std: z.array(z.number().positive().max(1000)).length(3).optional(),
});
export type ModelAnswers = z.infer<typeof modelAnswers>;

/** `broken`: it is installed, and does not load. */
export type TensorflowState =
  | { readonly state: "ready" | "missing" }
  | { readonly state: "broken"; readonly problem: string; readonly advice: string };

export const models = {
  /** Newest last. */
  "models/list": route<{ readonly models: readonly ModelRecord[] }>()(z.object({})),
  /** Reads a checkpoint folder or an ONNX file; nothing is kept. Needs no TensorFlow. */
  "models/inspect": route<InspectedModel>()(
    z.object({ path, preset: z.string().max(40).optional() }),
  ),
  "models/add": route<ModelRecord>()(
    z.object({ path, name, answers: modelAnswers.nullable().default(null) }),
  ),
  "models/rename": route<ModelRecord>()(
    z.object({ modelId: z.int(), name, notes: z.string().max(4000).optional() }),
  ),
  /** Takes it off the list. Its files and the predictions it made stay. */
  "models/remove": route<Record<string, never>>()(z.object({ modelId: z.int() })),
  "models/mapping": route<ClassMapping>()(z.object({ modelId: z.int(), datasetId: z.int() })),
  /**
   * Runs a model over a dataset as a job, and evaluates what it found where a protocol is given. The job goes on
   * after an interruption without repeating finished images. Its result is { datasetId, predictionSetId, images, failed, predictions } and
   * with a protocol { runId }.
   */
  "models/predict": route<{ readonly jobId: number; readonly predictionSetId: number }>()(
    z.object({
      modelId: z.int(),
      datasetId: z.int(),
      settings: predictSettings.prefault({}),
      /** Category id by class; null: as `models/mapping` says. */
      classes: z.array(z.int().nullable()).max(20_000).nullable().default(null),
      evaluate: z.enum(["coco", "soda-d", "visdrone"]).nullable().default(null),
      name: z.string().trim().max(200).optional(),
    }),
  ),
  /** null where the predictions came from a file. */
  "models/inference": route<{ readonly inference: InferenceInfo | null }>()(
    z.object({ predictionSetId: z.int() }),
  ),
  /** What the decoder of an RT-DETR looks at for a box of an image. */
  "models/inspectImage": route<ImageInspection>()(
    z.object({
      modelId: z.int(),
      imageId: z.int(),
      /** xywh pixels. */
      box: z.tuple([z.number(), z.number(), z.number().min(0), z.number().min(0)]),
      size: z.object({ height: side, width: side }).nullable().default(null),
      tile: z
        .object({ size: side, overlap: z.int().min(0) })
        .nullable()
        .default(null),
    }),
  ),
  /** Whether RT-DETR checkpoints can run and learn here. Loads TensorFlow in a process of its own the first time. */
  "models/tensorflow": route<TensorflowState>()(z.object({})),
  /** Fetches and builds native TensorFlow as a job; at once done where it is there. */
  "models/installTensorflow": route<{ readonly jobId: number }>()(z.object({})),
};

type Listed<T> = {
  readonly [Key in keyof T]: T[Key] extends Float32Array
    ? readonly number[]
    : T[Key] extends readonly (infer Item extends object)[]
      ? readonly Listed<Item>[]
      : T[Key];
};

/** InspectResult as JSON carries it. */
export type ImageInspection = Listed<InspectResult>;
