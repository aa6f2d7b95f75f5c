import type { Suspect, SuspectKind } from "../api/suspects.ts";
import type { XywhPixels } from "../domain/records.ts";
import { intersectionOverUnion } from "../geometry/boxes.ts";

/** What a person called right, in one image. */
export interface RejectedSuspect {
  readonly kind: SuspectKind;
  /** null for a missing label. */
  readonly annotationId: number | null;
  /** Of the label, or of the proposal where there is none. */
  readonly categoryId: number;
  readonly box: XywhPixels;
}

/** From this overlap on, a proposed object is the one that was rejected. */
const SAME_OBJECT_IOU = 0.5;
/** Below this overlap a label has been moved, so that what was said of it no longer holds. */
const SAME_LABEL_IOU = 0.9;

/**
 * Was this suspect rejected before? A label stays rejected, whatever models now say of it, for as long as its class is
 * the same and its box has hardly moved; an object without a label, wherever the same class is proposed in its place.
 */
export function isRejected(
  suspect: RejectedSuspect,
  rejections: readonly RejectedSuspect[],
): boolean {
  return rejections.some(
    ({ kind, annotationId, categoryId, box }) =>
      kind === suspect.kind &&
      annotationId === suspect.annotationId &&
      categoryId === suspect.categoryId &&
      isSameBox(box, suspect.box, annotationId === null ? SAME_OBJECT_IOU : SAME_LABEL_IOU),
  );
}

/** What rejecting a suspect keeps of it. */
export function rejectionOf({
  kind,
  label,
  proposal,
}: Pick<Suspect, "kind" | "label" | "proposal">): RejectedSuspect {
  const { categoryId, box } = (label ?? proposal)!;
  return { kind, annotationId: label?.annotationId ?? null, categoryId, box };
}

/** Empty boxes overlap nothing, not even themselves. */
function isSameBox(a: XywhPixels, b: XywhPixels, iou: number): boolean {
  return a.every((value, i) => value === b[i]) || intersectionOverUnion(a, b) >= iou;
}
