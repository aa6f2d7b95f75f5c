import { z } from "zod";
import {
  exportFormats,
  predictionExportFormats,
  type ExportFormat,
  type PredictionExportFormat,
} from "../domain/file-formats.ts";
import { objectFilter } from "./images.ts";
import { route } from "./route.ts";

// The lists live apart, so that the page can have them without the schema checker.
export { exportFormats, predictionExportFormats };
export type { ExportFormat, PredictionExportFormat };

export const datasetExport = z.object({
  datasetId: z.int(),
  format: z.enum(exportFormats),
  /** null: the labels as they are now. */
  revision: z.int().min(1).nullable().default(null),
  /** Only the images that the grid shows with this filter; null: all. */
  filter: objectFilter.nullable().default(null),
  /**
   * A folder that is made, or must be empty unless `overwrite`. COCO and SODA-D: or a .json file, CVAT: or a .xml file,
   * which must not be there unless `overwrite`.
   */
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
    /** Those of them that are labels a dataset of the project was imported from. */
    readonly originals: readonly string[];
  }>()(datasetExport),
  /** A job; its result is { path, files, predictions, notes }. COCO: a .json file. VisDrone: a folder of txt. By score. */
  "exports/predictions": route<{ readonly jobId: number }>()(
    z.object({
      predictionSetId: z.int(),
      format: z.enum(predictionExportFormats),
      path: z.string().min(1).max(4096),
      overwrite: z.boolean().default(false),
    }),
  ),
};
