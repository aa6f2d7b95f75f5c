import type {
  AnnotationChange,
  AnnotationFields,
  EditableAnnotation,
} from "../../shared/domain/editing.ts";
import type { XywhPixels } from "../../shared/domain/records.ts";
import type { Size } from "../canvas/viewport.ts";
import { fieldsOf, sameFields } from "../stores/annotate-labels.ts";

/** The changes that make each label what `change` says; labels that stay as they are have none. */
export function changesOf(
  labels: readonly EditableAnnotation[],
  change: (label: EditableAnnotation) => Partial<AnnotationFields> | null,
): readonly AnnotationChange[] {
  return labels.flatMap((label): readonly AnnotationChange[] => {
    const before = fieldsOf(label);
    const part = change(label);
    if (part === null) return [{ id: label.id, before, after: null }];
    const after = { ...before, ...part };
    return sameFields(before, after) ? [] : [{ id: label.id, before, after }];
  });
}

export function additions(
  fields: readonly AnnotationFields[],
  newId: () => number,
): readonly AnnotationChange[] {
  return fields.map((after) => ({ id: newId(), before: null, after }));
}

/** Moved by dx, dy; what lies inside the picture stays inside. */
export function nudged([x, y, w, h]: XywhPixels, dx: number, dy: number, size: Size): XywhPixels {
  return [along(x, w, dx, size.width), along(y, h, dy, size.height), w, h];
}

function along(from: number, extent: number, by: number, room: number): number {
  const low = Math.min(0, from);
  const high = Math.max(room - extent, from);
  return Math.min(high, Math.max(low, from + by));
}

/** Least side that keys leave of a box, pixels. */
const LEAST_SIDE = 0.25;

/** Right and bottom edge moved by dw, dh; a box that ends inside the picture still does. */
export function resized([x, y, w, h]: XywhPixels, dw: number, dh: number, size: Size): XywhPixels {
  return [x, y, side(x, w, dw, size.width), side(y, h, dh, size.height)];
}

function side(from: number, extent: number, by: number, room: number): number {
  if (by === 0) return extent;
  const most = Math.max(room - from, extent);
  return Math.min(most, Math.max(LEAST_SIDE, extent + by));
}

/** A box of a size round a point, kept inside the picture. */
export function stampedAt(
  at: { readonly x: number; readonly y: number },
  [w, h]: readonly [number, number],
  size: Size,
): XywhPixels {
  const inside = (centre: number, extent: number, room: number) =>
    Math.max(0, Math.min(room - extent, centre - extent / 2));
  return [inside(at.x, w, size.width), inside(at.y, h, size.height), w, h];
}

/** The boxes moved together so that the middle of all of them lies at a point. */
export function centredAt(
  fields: readonly AnnotationFields[],
  at: { readonly x: number; readonly y: number },
): readonly AnnotationFields[] {
  const left = Math.min(...fields.map(({ box }) => box[0]));
  const top = Math.min(...fields.map(({ box }) => box[1]));
  const right = Math.max(...fields.map(({ box }) => box[0] + box[2]));
  const bottom = Math.max(...fields.map(({ box }) => box[1] + box[3]));
  return moved(fields, at.x - (left + right) / 2, at.y - (top + bottom) / 2);
}

export function moved(
  fields: readonly AnnotationFields[],
  dx: number,
  dy: number,
): readonly AnnotationFields[] {
  return fields.map((one) => {
    const [x, y, w, h] = one.box;
    return { ...one, box: [x + dx, y + dy, w, h] };
  });
}
