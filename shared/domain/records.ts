/** The records every part of Fovea speaks of. Boxes are xywh, pixels of the original image. */

export type DatasetId = number;
export type ImageId = number;
export type CategoryId = number;
export type AnnotationId = number;
export type PredictionSetId = number;
export type RunId = number;
export type JobId = number;

/** [x, y, w, h] in pixels of the original image, x and y the top-left corner. */
export type XywhPixels = readonly [x: number, y: number, w: number, h: number];

/**
 * What a category stands for. `object` takes part in scores; `ignored-region` marks an area where nothing is
 * scored (VisDrone category 0, SODA-D category 10); `others` is labelled but never a class of its own (VisDrone 11).
 */
export type CategoryRole = "object" | "ignored-region" | "others";

export interface Category {
  readonly id: CategoryId;
  /** The id in the user's files. */
  readonly sourceId: number;
  readonly name: string;
  readonly role: CategoryRole;
}

export interface ImageRecord {
  readonly id: ImageId;
  /** The id in the user's files; ascending order decides ties in the evaluators. */
  readonly sourceId: number;
  /** Path relative to the dataset's image root, with forward slashes. */
  readonly path: string;
  /** Pixels after EXIF rotation. */
  readonly width: number;
  readonly height: number;
}

export interface Annotation {
  readonly id: AnnotationId;
  readonly imageId: ImageId;
  readonly categoryId: CategoryId;
  readonly box: XywhPixels;
  /** As the file says (a mask's area where there is one), else w*h. Square pixels. */
  readonly area: number;
  readonly crowd: boolean;
  readonly ignore: boolean;
}

export interface Prediction {
  readonly categoryId: CategoryId;
  readonly box: XywhPixels;
  readonly score: number;
}

/** Something found wrong in a user's file, and what was done about it. */
export interface Problem {
  /** Stable, e.g. `box/negative-size`. */
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  /** Path as the user knows it. */
  readonly file: string;
  /** `line 12`, `annotations[17]`, or null where the whole file is meant. */
  readonly record: string | null;
  /** Says the value met and what was expected. */
  readonly message: string;
  readonly action: "skipped" | "repaired" | "refused" | "kept";
  /** How many records have this same problem; further ones are counted, not listed. */
  readonly count: number;
}
