import type { AnnotationId, CategoryId, XywhPixels } from "./records.ts";

/** How far the labels of an image are. */
export const reviewStates = ["todo", "done", "checked"] as const;
export type ReviewState = (typeof reviewStates)[number];

/** What a person can change of an annotation. */
export interface AnnotationFields {
  readonly categoryId: CategoryId;
  /** Never rounded. */
  readonly box: XywhPixels;
  readonly crowd: boolean;
  readonly ignore: boolean;
}

export interface EditableAnnotation extends AnnotationFields {
  readonly id: AnnotationId;
  /** Square pixels: of the mask where there is one, else w * h. */
  readonly area: number;
  /** It has a mask: moving the box moves the mask along, resizing drops it. */
  readonly masked: boolean;
}

/** One annotation before and after: null before is an addition, null after a removal. */
export interface AnnotationChange {
  /** Negative for an addition that has no id yet; each addition of an edit has a number of its own. */
  readonly id: AnnotationId;
  readonly before: AnnotationFields | null;
  readonly after: AnnotationFields | null;
}

/** What an edit did, for the log and for the words of Undo. */
export const editActions = [
  "draw",
  "move",
  "resize",
  "delete",
  "duplicate",
  "class",
  "ignore",
  "crowd",
  "nudge",
  "paste",
  "stamp",
  "accept",
  "suspect",
  "restore",
] as const;
export type EditAction = (typeof editActions)[number];
