import { z } from "zod";
import {
  labelFormats,
  predictionFormats,
  type LabelFormat,
  type PredictionFormat,
} from "../domain/file-formats.ts";
import type { Problem } from "../domain/records.ts";
import { route } from "./route.ts";

// The lists live apart, so that the page can have them without the schema checker.
export { labelFormats, predictionFormats };
export type { LabelFormat, PredictionFormat };

export interface ClassCount {
  readonly name: string;
  /** null where counting would mean reading the whole file. */
  readonly boxes: number | null;
}

/** What an import job leaves as its result. */
export interface ImportResult {
  readonly datasetId: number;
  /** In the order of the plan's predictions. */
  readonly predictionSetIds: readonly number[];
  /** Problems found, counted by record. */
  readonly problemCount: number;
}

/** A source of labels or predictions found in a folder. */
export interface FoundSource {
  readonly role: "labels" | "predictions";
  readonly format: LabelFormat | PredictionFormat;
  /** File or folder, relative to the inspected folder. */
  readonly path: string;
  /** Suggested name: split, detector or file name. */
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  readonly images: number | null;
  readonly boxes: number | null;
  readonly classes: readonly ClassCount[];
  /** The folder of images these labels speak of, relative to the inspected folder; null where none fits. */
  readonly imageRoot: string | null;
  readonly problems: readonly Problem[];
  /** Why this format was chosen where the rows could mean something else; null where there is no doubt. */
  readonly guess: string | null;
  /** The other formats these rows could be in, to choose from; empty where there is no doubt. */
  readonly alternatives: readonly (LabelFormat | PredictionFormat)[];
  /** VOC: the offset the files seem to use; null for other formats. */
  readonly vocOffset: 0 | 1 | null;
}

export interface FolderReport {
  readonly path: string;
  /** Image folders, relative to the inspected folder, with what they hold (recursively counted). */
  readonly imageFolders: readonly { readonly path: string; readonly images: number }[];
  readonly sources: readonly FoundSource[];
  readonly problems: readonly Problem[];
  /** What Import would do if nothing is corrected; null where there is nothing to import. */
  readonly suggestion: ImportPlan | null;
}

export const importPlan = z.object({
  /** Absolute path of the folder opened; everything else is relative to it. */
  root: z.string().min(1).max(4096),
  datasetName: z.string().min(1).max(200),
  imageRoot: z.string().max(4096),
  labels: z
    .object({
      format: z.enum(labelFormats),
      path: z.string().max(4096),
      /** VOC: 1 where the files count pixels from 1 and include both ends. */
      vocOffset: z.union([z.literal(0), z.literal(1)]).optional(),
    })
    .nullable(),
  predictions: z
    .array(
      z.object({
        format: z.enum(predictionFormats),
        path: z.string().max(4096),
        name: z.string().min(1).max(200),
      }),
    )
    .max(64),
  /** Evaluated with this protocol after the import; null for none. */
  evaluate: z.enum(["coco", "soda-d", "visdrone"]).nullable(),
});
export type ImportPlan = z.infer<typeof importPlan>;

export const imports = {
  /** Looks at a folder without importing anything. */
  "imports/inspect": route<FolderReport>()(z.object({ path: z.string().min(1).max(4096) })),
  "imports/start": route<{ readonly jobId: number }>()(importPlan),
  /** Adds predictions to a dataset that is there. */
  "imports/addPredictions": route<{ readonly jobId: number }>()(
    z.object({
      datasetId: z.int(),
      path: z.string().min(1).max(4096),
      format: z.enum(predictionFormats).nullable(),
      name: z.string().min(1).max(200),
    }),
  ),
};
