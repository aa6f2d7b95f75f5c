/** What suspects are found from, and what a found one looks like. All of it is about one image. */
import type { SuspectKind } from "../api/suspects.ts";
import type { XywhPixels } from "../domain/records.ts";

/** Categories as the columns name them, by index. */
export interface CategoryTable {
  readonly ids: readonly number[];
  /** [categories] 1 for classes that are scored. */
  readonly isObject: Uint8Array;
}

/** The labels of the image, in file order. */
export interface LabelColumns {
  /** [n] */
  readonly annotationId: Float64Array;
  /** [n] index into the categories. */
  readonly category: Int32Array;
  /** [n,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [n] 0 or 1. */
  readonly crowd: Uint8Array;
  /** [n] 0 or 1. */
  readonly ignore: Uint8Array;
}

/** What one model found in the image. */
export interface ModelColumns {
  /** [m] index into the categories; -1 for one that was removed. */
  readonly category: Int32Array;
  /** [m,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [m] */
  readonly score: Float64Array;
}

export interface ImageEvidence {
  /** Pixels; 0 where unknown. */
  readonly width: number;
  readonly height: number;
  readonly categories: CategoryTable;
  readonly labels: LabelColumns;
  readonly models: readonly ModelColumns[];
  /** Predictions below it say nothing. */
  readonly score: number;
}

export interface FoundSuspect {
  readonly key: string;
  readonly kind: SuspectKind;
  /** Row of the labels; null for a missing one. */
  readonly label: number | null;
  /** Of a duplicate: row of the label that stays. */
  readonly other: number | null;
  readonly proposal: { readonly categoryId: number; readonly box: XywhPixels } | null;
  readonly score: number | null;
  readonly votes: number;
  readonly iou: number | null;
  readonly weight: number;
}

/** Crowds, ignored labels, regions and classes that are not scored: nothing is expected of them. */
export function isExempt({ labels, categories }: ImageEvidence, row: number): boolean {
  return (
    labels.crowd[row] === 1 ||
    labels.ignore[row] === 1 ||
    categories.isObject[labels.category[row]!] === 0
  );
}

/** boxes: [n,4]. */
export function boxOf(boxes: Float64Array, row: number): XywhPixels {
  return [boxes[4 * row]!, boxes[4 * row + 1]!, boxes[4 * row + 2]!, boxes[4 * row + 3]!];
}
