import { z } from "zod";
import { objectFilter } from "./images.ts";
import { route } from "./route.ts";

export const exportFormats = [
  "coco",
  "soda-d",
  "visdrone",
  "voc",
  "yolo",
  "labelme",
  "cvat",
] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const datasetExport = z.object({
  datasetId: z.int(),
  format: z.enum(exportFormats),
  /** null: the labels as they are now. */
  revision: z.int().min(1).nullable().default(null),
  /** Only the images that the grid shows with this filter; null: all. */
  filter: objectFilter.nullable().default(null),
  /** A folder that is made, or must be empty unless `overwrite`. */
  path: z.string().min(1).max(4096),
  /** Copies the pictures too. */
  pictures: z.boolean().default(false),
  /** Replaces files of the same names. Never pictures, never the dataset's own label files unless they are named. */
  overwrite: z.boolean().default(false),
});

export const exports = {
  /** A job; its result is { path, files, images, annotations, notes }. */
  "exports/dataset": route<{ readonly jobId: number }>()(datasetExport),
  /** What the format cannot hold of these labels, in sentences with counts. Writes nothing. */
  "exports/check": route<{
    readonly images: number;
    readonly annotations: number;
    readonly losses: readonly string[];
    /** Files that are there already. */
    readonly occupied: readonly string[];
  }>()(datasetExport),
  /** A job; its result is { path, files, predictions }. VisDrone: a folder of txt, sorted by score. */
  "exports/predictions": route<{ readonly jobId: number }>()(
    z.object({
      predictionSetId: z.int(),
      format: z.enum(["coco", "visdrone"]),
      path: z.string().min(1).max(4096),
      overwrite: z.boolean().default(false),
    }),
  ),
};
