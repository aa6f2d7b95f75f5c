import { z } from "zod";
import type { Annotation, ImageRecord, Prediction } from "../domain/records.ts";
import { route } from "./route.ts";

/** How a run judges a box at the chosen IoU and score thresholds. */
export type Verdict = "hit" | "miss" | "false-alarm" | "ignored" | "below-score";

/** Filter shared by the grid and the failure wall; empty lists mean all. */
export const objectFilter = z.object({
  runId: z.int().nullable().default(null),
  iou: z.number().min(0.05).max(0.95).default(0.5),
  score: z.number().min(0).max(1).default(0.3),
  categoryIds: z.array(z.int()).max(2000).default([]),
  /** Labels of the run's area ranges. */
  buckets: z.array(z.string().max(40)).max(16).default([]),
  verdicts: z
    .array(z.enum(["hit", "miss", "false-alarm", "ignored"]))
    .max(4)
    .default([]),
  /** In the file name. */
  text: z.string().max(200).default(""),
});
export type ObjectFilter = z.infer<typeof objectFilter>;

export interface ImageCard {
  readonly id: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly truthCount: number;
  /** null without a run. */
  readonly hits: number | null;
  readonly misses: number | null;
  readonly falseAlarms: number | null;
}

export interface AnnotationView extends Annotation {
  /** null without a run. */
  readonly verdict: Exclude<Verdict, "false-alarm" | "below-score"> | null;
  /** Index into `predictions` of the match; null where there is none. */
  readonly match: number | null;
  /** Label of the smallest area range it falls in; null where none. */
  readonly bucket: string | null;
  /** Of a miss; else null. */
  readonly reason: FailureReason | null;
  /** A border of the tiles that the predictions were made on crosses it; absent where there were no tiles. */
  readonly atSeam?: boolean;
}

export interface PredictionView extends Prediction {
  readonly verdict: Exclude<Verdict, "miss">;
  /** Index into `annotations` of the match; null where there is none. */
  readonly match: number | null;
  /** Highest IoU with an annotation of the same class, and of any class. */
  readonly bestIou: number;
  readonly bestIouAnyClass: number;
  readonly bucket: string | null;
  /** Of a false alarm; else null. */
  readonly reason: FailureReason | null;
  /** A tile's border cut a box that went into it; absent where there were no tiles. */
  readonly atSeam?: boolean;
}

export interface ImageDetail {
  readonly image: ImageRecord;
  readonly datasetId: number;
  readonly annotations: readonly AnnotationView[];
  /** In file order; empty without a run. */
  readonly predictions: readonly PredictionView[];
}

/** Why an object was missed or a prediction is a false alarm, nearest cause first. */
export type FailureReason =
  | "no-detection"
  | "wrong-class"
  | "poor-box"
  | "duplicate"
  | "below-score"
  | "beyond-max-dets"
  | "background";

export interface FailureCard {
  readonly kind: "miss" | "false-alarm";
  readonly imageId: number;
  readonly imagePath: string;
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** For a miss. */
  readonly annotationId: number | null;
  /** For a false alarm: index into the image's predictions. */
  readonly predictionIndex: number | null;
  readonly categoryId: number;
  readonly box: readonly [number, number, number, number];
  readonly bucket: string | null;
  readonly score: number | null;
  readonly reason: FailureReason;
  /** Highest IoU with a box of the other kind, and that box, if any overlaps. */
  readonly bestIou: number;
  readonly other: readonly [number, number, number, number] | null;
  /** It lies where tiles met; absent where there were no tiles. */
  readonly atSeam?: boolean;
}

export interface FailureGroup {
  readonly kind: "miss" | "false-alarm";
  readonly bucket: string | null;
  readonly categoryId: number;
  readonly count: number;
}

export const images = {
  "images/query": route<{ readonly total: number; readonly items: readonly ImageCard[] }>()(
    z.object({
      datasetId: z.int(),
      filter: objectFilter,
      sort: z.enum(["worst", "name", "misses", "false-alarms", "objects"]).default("name"),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
  /** `filter` decides the verdicts; its class, bucket and text parts are not applied. */
  "images/get": route<ImageDetail>()(z.object({ imageId: z.int(), filter: objectFilter })),
  /** The image ids of a query in order, to step with next and previous. */
  "images/sequence": route<{ readonly imageIds: readonly number[] }>()(
    z.object({
      datasetId: z.int(),
      filter: objectFilter,
      sort: z.enum(["worst", "name", "misses", "false-alarms", "objects"]).default("name"),
    }),
  ),
  /** Misses and false alarms, smallest objects first. filter.runId must be set. */
  "failures/query": route<{
    readonly total: number;
    readonly groups: readonly FailureGroup[];
    readonly items: readonly FailureCard[];
    /** The predictions were made on tiles, so that `atSeam` means something. */
    readonly tiled?: boolean;
  }>()(
    z.object({
      filter: objectFilter,
      kinds: z
        .array(z.enum(["miss", "false-alarm"]))
        .max(2)
        .default([]),
      reasons: z.array(z.string().max(40)).max(16).default([]),
      /** Only those that lie where tiles met. */
      atSeam: z.boolean().optional(),
      /** `group`: by kind, bucket and class in the order of `groups`, the smallest first in each. */
      sort: z.enum(["smallest", "group", "score", "image"]).default("smallest"),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
};

/*
 * Pictures are plain GETs; with a parameter `v`, which says a state of the pictures, they may be kept for good:
 *   /api/pictures/<imageId>/file             the picture, EXIF turned, as the browser can show it
 *   /api/pictures/<imageId>/thumb?size=256   longest side in pixels
 *   /api/pictures/<imageId>/crop?x=&y=&w=&h= that part in original pixels, clipped to the picture, as PNG
 */
