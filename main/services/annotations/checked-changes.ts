import { AppError } from "../../../shared/domain/app-error.ts";
import type { AnnotationChange, AnnotationFields } from "../../../shared/domain/editing.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { LabelRow, StoredLabel } from "../../db/queries/annotations.ts";
import type { LabelChange } from "../../db/queries/edits.ts";
import { movedMask } from "./move-mask.ts";

/** What the changes of an edit are checked against. */
export interface PresentLabels {
  readonly imageId: number;
  /** By annotation id; null where there is none. */
  readonly byId: (id: number) => LabelRow | null;
  /** Of the image's dataset: name by id. */
  readonly categories: ReadonlyMap<number, string>;
}

/** A change that can be written. `id` is null for an addition: it gets one when it is written. */
export interface CheckedChange extends Omit<LabelChange, "id"> {
  readonly id: number | null;
  readonly sentAs: number;
}

const FARTHEST_PIXELS = 1e7;

/**
 * Checks an edit against the labels that are there, and works out the rows it leaves. What leaves a row as it is, is
 * dropped. Throws `annotation/gone`, `annotation/conflict`, `annotation/category`, `annotation/box`,
 * `annotation/twice` and `annotation/empty-change`.
 */
export function checkedChanges(
  changes: readonly AnnotationChange[],
  present: PresentLabels,
): CheckedChange[] {
  const seen = new Set<number>();
  const checked: CheckedChange[] = [];
  for (const change of changes) {
    if (seen.has(change.id)) {
      throw new AppError(
        "annotation/twice",
        `Annotation ${change.id} comes twice in one edit; expected once. Nothing was changed.`,
      );
    }
    seen.add(change.id);
    const one = checkedChange(change, present);
    if (one !== null) checked.push(one);
  }
  return checked;
}

function checkedChange(change: AnnotationChange, present: PresentLabels): CheckedChange | null {
  const { id, before, after } = change;
  if (after !== null) requireCategory(after, present);
  if (before === null) {
    if (after === null || id >= 0) {
      throw new AppError(
        "annotation/empty-change",
        `The change of annotation ${id} says nothing of before. An addition has a negative number and fields after; nothing was changed.`,
      );
    }
    requireBox(after.box);
    return { id: null, sentAs: id, before: null, after: newLabel(after) };
  }
  const row = presentRow(id, before, present);
  const { id: _id, imageId: _imageId, ...label } = row;
  if (after === null) return { id, sentAs: id, before: label, after: null };
  if (sameFields(before, after)) return null;
  return { id, sentAs: id, before: label, after: changedLabel(label, after) };
}

function presentRow(id: number, before: AnnotationFields, present: PresentLabels): LabelRow {
  const row = present.byId(id);
  if (row === null || row.imageId !== present.imageId) {
    throw new AppError(
      "annotation/gone",
      `Annotation ${id} (${described(before, present)}) is no longer there: it was removed in another window. Nothing was changed; look at the image again and repeat the edit.`,
      { annotationId: id },
    );
  }
  if (!sameFields(fieldsOf(row), before)) {
    throw new AppError(
      "annotation/conflict",
      `Annotation ${id} was changed in another window: it is now ${described(fieldsOf(row), present)} and was ${described(before, present)}. Nothing was changed; look at the image again and repeat the edit.`,
      { annotationId: id, present: fieldsOf(row) },
    );
  }
  return row;
}

/** What a person can change of a label, as it is. */
export function fieldsOf(label: StoredLabel): AnnotationFields {
  const { categoryId, x, y, w, h, crowd, ignore } = label;
  return { categoryId, box: [x, y, w, h], crowd, ignore };
}

export function sameFields(a: AnnotationFields, b: AnnotationFields): boolean {
  return (
    a.categoryId === b.categoryId &&
    a.crowd === b.crowd &&
    a.ignore === b.ignore &&
    sameBox(a.box, b.box)
  );
}

export function sameBox(a: XywhPixels, b: XywhPixels): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

function newLabel({ categoryId, box: [x, y, w, h], crowd, ignore }: AnnotationFields): StoredLabel {
  const rest = { sourceId: null, segmentation: null, attributes: null };
  return { categoryId, x, y, w, h, area: w * h, crowd, ignore, ...rest };
}

/** A box that keeps its size keeps the file's area, and takes its mask along; one of another size has no mask. */
function changedLabel(label: StoredLabel, after: AnnotationFields): StoredLabel {
  const { categoryId, crowd, ignore, box } = after;
  const marked = { ...label, categoryId, crowd, ignore };
  const [x, y, w, h] = box;
  if (sameBox(fieldsOf(label).box, box)) return marked; // also one that could not be drawn
  requireBox(box);
  const placed = { ...marked, x, y, w, h };
  const bare = { ...placed, area: w * h, segmentation: null };
  if (w !== label.w || h !== label.h) return bare;
  if (label.segmentation === null) return placed;
  const segmentation = movedMask(label.segmentation, x - label.x, y - label.y);
  return segmentation === null ? bare : { ...placed, segmentation };
}

function requireBox(box: XywhPixels): void {
  const [x, y, w, h] = box;
  const isPlaced = Math.abs(x) <= FARTHEST_PIXELS && Math.abs(y) <= FARTHEST_PIXELS;
  // Written so that NaN fails.
  if (isPlaced && w > 0 && h > 0 && w <= FARTHEST_PIXELS && h <= FARTHEST_PIXELS) return;
  throw new AppError(
    "annotation/box",
    `The box ${box.join(", ")} cannot be used; expected x, y, width and height in pixels, both sides larger than 0. Nothing was changed.`,
  );
}

function requireCategory({ categoryId }: AnnotationFields, { categories }: PresentLabels): void {
  if (categories.has(categoryId)) return;
  throw new AppError(
    "annotation/category",
    `There is no class ${categoryId} in this dataset. Nothing was changed; choose one of its classes.`,
  );
}

/** As a person knows a label: `car at 5, 6, 10 x 12 px`. */
function described(fields: AnnotationFields, { categories }: PresentLabels): string {
  const [x, y, w, h] = fields.box.map((value) => Math.round(value * 100) / 100);
  const name = categories.get(fields.categoryId) ?? `class ${fields.categoryId}`;
  const marks = `${fields.crowd ? ", crowd" : ""}${fields.ignore ? ", ignored" : ""}`;
  return `${name} at ${x}, ${y}, ${w} x ${h} px${marks}`;
}
