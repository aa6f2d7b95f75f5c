import { z } from "zod";
import {
  editActions,
  reviewStates,
  type EditableAnnotation,
  type EditAction,
  type ReviewState,
} from "../domain/editing.ts";
import type { Category, ImageRecord } from "../domain/records.ts";
import { route } from "./route.ts";

/** What Undo and Redo would do next in this image; null where there is nothing. */
export interface UndoState {
  readonly undo: { readonly editId: number; readonly action: EditAction } | null;
  readonly redo: { readonly editId: number; readonly action: EditAction } | null;
}

/** The labels of one image as they are edited, in file order. */
export interface EditedImage extends UndoState {
  readonly image: ImageRecord;
  readonly datasetId: number;
  /** Of the dataset. */
  readonly revision: number;
  readonly review: ReviewState;
  readonly annotations: readonly EditableAnnotation[];
}

/** What an edit, an undo or a redo left behind. */
export interface EditOutcome extends UndoState {
  readonly imageId: number;
  readonly datasetId: number;
  readonly revision: number;
  /** The annotations that were added or changed, as they are now. */
  readonly changed: readonly EditableAnnotation[];
  readonly removed: readonly number[];
  /** The ids that additions were given, by the number they were sent with. */
  readonly added: readonly { readonly sentAs: number; readonly id: number }[];
}

export interface EditLogEntry {
  readonly id: number;
  readonly imageId: number;
  readonly imagePath: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `undo` and `redo` name the action they took back or did again. */
  readonly kind: "edit" | "undo" | "redo";
  readonly action: EditAction;
  readonly revision: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export interface LabelProgress {
  readonly images: Readonly<Record<ReviewState, number>>;
  /** Objects, and those of them in images that are done or checked. */
  readonly classes: readonly {
    readonly categoryId: number;
    readonly objects: number;
    readonly reviewed: number;
  }[];
  /** By the area ranges of SODA-D, and all that is larger. */
  readonly buckets: readonly {
    readonly label: string;
    readonly low: number;
    readonly high: number;
    readonly objects: number;
    readonly reviewed: number;
  }[];
}

/** Labels that came with the user's files may have any size; a box that is written anew must have one (`annotation/box`). */
export const annotationFields = z.object({
  categoryId: z.int(),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
  crowd: z.boolean(),
  ignore: z.boolean(),
});

export const annotations = {
  "annotations/get": route<EditedImage>()(z.object({ imageId: z.int() })),
  /**
   * One edit: all of it or nothing. Throws `annotation/conflict` where an annotation is no longer as `before` says
   * (another window changed it), `annotation/gone` where it is no longer there. Changes that leave an annotation as
   * it is are dropped; where none is left there is no new revision.
   */
  "annotations/edit": route<EditOutcome>()(
    z.object({
      imageId: z.int(),
      action: z.enum(editActions),
      changes: z
        .array(
          z.object({
            id: z.int(),
            before: annotationFields.nullable(),
            after: annotationFields.nullable(),
          }),
        )
        .min(1)
        .max(200_000)
        .readonly(),
      /** The window that made it: the event about it carries the same word. */
      origin: z.string().max(64).default(""),
    }),
  ),
  /** Takes back the image's last edit. Throws `annotation/nothing-to-undo`. */
  "annotations/undo": route<EditOutcome>()(
    z.object({ imageId: z.int(), origin: z.string().max(64).default("") }),
  ),
  /** Throws `annotation/nothing-to-redo`. */
  "annotations/redo": route<EditOutcome>()(
    z.object({ imageId: z.int(), origin: z.string().max(64).default("") }),
  ),
  "annotations/review": route<Record<string, never>>()(
    z.object({ imageIds: z.array(z.int()).min(1).max(100_000), state: z.enum(reviewStates) }),
  ),
  "annotations/progress": route<LabelProgress>()(z.object({ datasetId: z.int() })),
  /** The first image after this one, in the order of the names and round to the front, that is in one of the states. */
  "annotations/next": route<{ readonly imageId: number | null }>()(
    z.object({
      datasetId: z.int(),
      after: z.int().nullable(),
      states: z.array(z.enum(reviewStates)).min(1),
    }),
  ),
  /** Newest first. */
  "annotations/log": route<{
    readonly total: number;
    readonly entries: readonly EditLogEntry[];
  }>()(
    z.object({
      datasetId: z.int(),
      imageId: z.int().nullable().default(null),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(200),
    }),
  ),
  "categories/add": route<Category>()(
    z.object({ datasetId: z.int(), name: z.string().trim().min(1).max(200) }),
  ),
  "categories/rename": route<Category>()(
    z.object({ categoryId: z.int(), name: z.string().trim().min(1).max(200) }),
  ),
};
