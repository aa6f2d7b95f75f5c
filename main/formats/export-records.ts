import type { AnnotationEntry, CategoryEntry, Size } from "./label-records.ts";

/** An image as writers of label files get it. */
export interface ExportImage extends Size {
  readonly sourceId: number;
  /** Relative to the folder of pictures, forward slashes. */
  readonly path: string;
  /** 0 x 0 where nobody knows. */
  readonly width: number;
  readonly height: number;
  /** JSON: SODA-D patches keep ori_id and start_coord. */
  readonly attributes: string | null;
}

/** Labels to be written. Nothing but the images is held in memory: annotations are asked for image by image. */
export interface LabelSet {
  readonly name: string;
  /** In ascending order of id. */
  readonly categories: readonly CategoryEntry[];
  /** In file order. */
  readonly images: readonly ExportImage[];
  /** Of the image at this index, in file order. */
  annotationsOf(index: number): readonly AnnotationEntry[];
}

/** A file of an export: its path inside the folder, forward slashes, and its text in pieces. */
export interface TextFile {
  readonly path: string;
  /** Worked out when it is asked for. */
  chunks(): Iterable<string>;
}

/** Why an annotation is not written; null where it is. */
export type Refusal = (annotation: AnnotationEntry, image: ExportImage) => string | null;

/** How labels are written in one format. */
export interface LabelWriter {
  /** Where copies of the pictures go, beside the labels; "" for the folder itself. */
  readonly pictureFolder: string;
  /** The one file of labels, where the format has one; else there is one an image. */
  readonly single: string | null;
  /**
   * Reasons are phrases that follow "are left out: ". Throws `export/*` where the labels cannot be written at all.
   */
  refusal(set: Pick<LabelSet, "categories" | "images">): Refusal;
  /** Of a field of the annotation's attributes: whether the format has a place for it. */
  holdsAttribute(key: string): boolean;
  /** What is changed or lost, in sentences; what is left out is told elsewhere. */
  losses(set: Pick<LabelSet, "categories" | "images">, survey: Survey): readonly string[];
  files(set: LabelSet, survey: Survey): Iterable<TextFile>;
}

/** Counts over the annotations that are written; see `surveyLabels`. */
export interface Survey {
  readonly annotations: number;
  /** By reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly crowd: number;
  readonly ignored: number;
  /** Of categories of these roles. */
  readonly regions: number;
  readonly others: number;
  /** Of them, those that are not marked as crowd, or not as ignored. */
  readonly unscoredWithoutCrowd: number;
  readonly unscoredWithoutIgnore: number;
  /** Boxes that begin or end between pixels, or before the first one. */
  readonly betweenPixels: number;
  /** Masks: polygons whose extent is the box, other polygons, and run lengths. */
  readonly outlines: number;
  readonly otherMasks: number;
  /** Without a mask, an area that is not width times height. */
  readonly ownAreas: number;
  readonly withId: number;
  /** Ids that are missing, 0 or repeated. */
  readonly unusableIds: number;
  /** Annotations by field of their attributes, those without a place in the format. */
  readonly attributes: ReadonlyMap<string, number>;
  /** By id of category. */
  readonly perCategory: ReadonlyMap<number, number>;
  /** Images whose attributes say more. */
  readonly patches: number;
}
