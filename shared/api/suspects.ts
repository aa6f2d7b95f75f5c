import { z } from "zod";
import type { XywhPixels } from "../domain/records.ts";
import type { EditOutcome } from "./annotations.ts";
import { route } from "./route.ts";

export const suspectKinds = [
  "missing-label",
  "wrong-class",
  "loose-box",
  "duplicate-label",
  "degenerate-box",
] as const;
export type SuspectKind = (typeof suspectKinds)[number];

/** A label that is probably wrong, or probably missing. */
export interface Suspect {
  /** Names it for as long as the labels and predictions it rests on are the same. */
  readonly key: string;
  readonly kind: SuspectKind;
  readonly imageId: number;
  readonly imagePath: string;
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** The label in question; null for a missing one. */
  readonly label: {
    readonly annotationId: number;
    readonly categoryId: number;
    readonly box: XywhPixels;
  } | null;
  /** Of a duplicate: the label that stays. */
  readonly other: {
    readonly annotationId: number;
    readonly categoryId: number;
    readonly box: XywhPixels;
  } | null;
  /** What the models say instead; for a degenerate box the part of it inside the image, if any. */
  readonly proposal: { readonly categoryId: number; readonly box: XywhPixels } | null;
  /** Highest score of the predictions behind it; null where none is. */
  readonly score: number | null;
  /** How many of the asked models say so: runs of the same predictions are one. */
  readonly votes: number;
  readonly iou: number | null;
  /** 0..1; the queue is sorted by it. */
  readonly weight: number;
}

/**
 * `accept` does what the proposal says: adds the label, takes the class, the box, or clips it to the image; without a
 * proposal (a duplicate, a box with nothing inside the image) it removes the label. `delete` removes the label, `ignore` marks it (or adds it marked), `reject` says that the label is right as it is.
 */
export const suspectActions = ["accept", "delete", "ignore", "reject"] as const;
export type SuspectAction = (typeof suspectActions)[number];

export interface SuspectRejection {
  readonly id: number;
  readonly kind: SuspectKind;
  readonly imageId: number;
  readonly imagePath: string;
  readonly author: string;
  readonly at: number;
}

export const suspects = {
  /** Best first: the surest, with the smallest objects first among equals. */
  "suspects/query": route<{
    readonly total: number;
    readonly counts: Readonly<Record<SuspectKind, number>>;
    readonly items: readonly Suspect[];
  }>()(
    z.object({
      datasetId: z.int(),
      /** Runs whose predictions are asked; all of this dataset. */
      runIds: z.array(z.int()).max(8).default([]),
      kinds: z.array(z.enum(suspectKinds)).default([]),
      /** Predictions below it say nothing. */
      score: z.number().min(0).max(1).default(0.5),
      imageId: z.int().nullable().default(null),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
  /**
   * Throws `suspect/gone` where labels changed so that it is none any more, `suspect/no-label` for deleting a label that
   * is missing. `edit` is null for a rejection.
   */
  "suspects/resolve": route<{
    readonly edit: EditOutcome | null;
    readonly rejectionId: number | null;
  }>()(
    z.object({
      datasetId: z.int(),
      runIds: z.array(z.int()).max(8).default([]),
      score: z.number().min(0).max(1).default(0.5),
      imageId: z.int(),
      key: z.string().min(1).max(200),
      action: z.enum(suspectActions),
      origin: z.string().max(64).default(""),
    }),
  ),
  /** Takes a rejection back. */
  "suspects/unreject": route<Record<string, never>>()(z.object({ rejectionId: z.int() })),
  "suspects/rejections": route<{ readonly rejections: readonly SuspectRejection[] }>()(
    z.object({ datasetId: z.int() }),
  ),
};
