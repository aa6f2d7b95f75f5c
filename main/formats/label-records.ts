import type { CategoryRole } from "../../shared/domain/records.ts";

/** What readers of label files hand on. Ids are those of the user's files. */
export interface CategoryEntry {
  readonly sourceId: number;
  readonly name: string;
  readonly role: CategoryRole;
}

export interface ImageEntry {
  readonly sourceId: number;
  /** As the label file calls it; looked up among the pictures later. */
  readonly fileName: string;
  /** As stated; null where the labels do not say. Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** JSON; null where there is nothing more. */
  readonly attributes: string | null;
}

export interface AnnotationEntry {
  /** null where the format has no ids. */
  readonly sourceId: number | null;
  readonly imageSourceId: number;
  readonly categorySourceId: number;
  /** xywh pixels, as in the file. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Square pixels. */
  readonly area: number;
  readonly crowd: boolean;
  readonly ignore: boolean;
  /** JSON as in the file. */
  readonly segmentation: string | null;
  /** JSON: truncation, occlusion, difficult, ... */
  readonly attributes: string | null;
}

/** Where a record stands, for problem reports. */
export interface RecordPlace {
  readonly file: string;
  /** `line 12`, `annotations[17]` */
  readonly record: string;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
