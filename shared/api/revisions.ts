import { z } from "zod";
import type { AnnotationFields } from "../domain/editing.ts";
import { route } from "./route.ts";

/** A state of a dataset's labels that was given a name. */
export interface NamedRevision {
  readonly id: number;
  readonly datasetId: number;
  readonly revision: number;
  readonly name: string;
  readonly author: string;
  readonly createdAt: number;
}

export interface ChangedImage {
  readonly imageId: number;
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  /** Its box is another. */
  readonly moved: number;
  /** Its class, or its ignore or crowd mark, is another. */
  readonly relabelled: number;
}

export interface RevisionDifference {
  readonly from: number;
  readonly to: number;
  readonly added: number;
  readonly removed: number;
  readonly moved: number;
  readonly relabelled: number;
  /** Most changes first. */
  readonly images: readonly ChangedImage[];
}

export interface ChangedAnnotation {
  readonly id: number;
  readonly before: AnnotationFields | null;
  readonly after: AnnotationFields | null;
}

export const revisions = {
  /** Newest first. */
  "revisions/list": route<{
    readonly current: number;
    /** The oldest revision that can be gone back to: the labels as they were imported. */
    readonly first: number;
    readonly named: readonly NamedRevision[];
  }>()(z.object({ datasetId: z.int() })),
  /** Names the labels as they are now. */
  "revisions/name": route<NamedRevision>()(
    z.object({ datasetId: z.int(), name: z.string().trim().min(1).max(200) }),
  ),
  "revisions/remove": route<Record<string, never>>()(z.object({ revisionId: z.int() })),
  "revisions/compare": route<RevisionDifference>()(
    z.object({ datasetId: z.int(), from: z.int().min(1), to: z.int().min(1) }),
  ),
  /** The same for one image, annotation by annotation. */
  "revisions/compareImage": route<{ readonly changes: readonly ChangedAnnotation[] }>()(
    z.object({ imageId: z.int(), from: z.int().min(1), to: z.int().min(1) }),
  ),
  /** Makes the labels what they were, as one undoable edit in each image that differs. */
  "revisions/restore": route<{ readonly revision: number; readonly images: number }>()(
    z.object({ datasetId: z.int(), revision: z.int().min(1) }),
  ),
};
