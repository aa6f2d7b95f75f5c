/** Columns that follow edits of labels: only the images that changed are read again. */
import type { AnnotationRow, ColumnQueries, DatasetState } from "../db/queries/columns.ts";
import {
  bytesOf,
  datasetKey,
  emptyColumns,
  groupByImage,
  placeRow,
  type AnnotationColumns,
  type DatasetColumns,
} from "./dataset-columns.ts";

/** Above this share of the images, reading all annotations in one go is quicker. */
const MOST_IMAGES = 0.25;

/** The images, as indices in ascending order, whose labels differ; null where that is not known, or they are many. */
export function changedImages(
  queries: ColumnQueries,
  dataset: DatasetColumns,
  since: number,
): number[] | null {
  const ids = queries.editedImages(dataset.id, since, dataset.revision);
  if (ids === null || ids.length > Math.max(8, MOST_IMAGES * dataset.images.length)) return null;
  const images = ids.map((id) => dataset.imageIndex.get(id));
  if (images.includes(undefined)) return null;
  return (images as number[]).sort((a, b) => a - b);
}

/** The dataset as `loadDataset` reads it at a later state; null where the log of edits does not lead there. */
export function followEdits(
  queries: ColumnQueries,
  before: DatasetColumns,
  state: DatasetState,
): DatasetColumns | null {
  const { id, images, imageIndex } = before;
  const { revision, createdAt } = state;
  // Under a number that was given again, everything is another.
  if (datasetKey(id, { revision: before.revision, createdAt }) !== before.key) return null;
  const categories = queries.categories(id);
  if (rolesOf(categories) !== rolesOf(before.categories)) return null;
  const changed = changedImages(queries, { ...before, revision }, before.revision);
  if (changed === null) return null;
  const categoryIndex = new Map(categories.map((category, k) => [category.id, k]));
  const rows = changed
    .flatMap((i) => queries.annotationsOfImage(images[i]!.id))
    .sort((a, b) => a[0] - b[0]);
  const columns = splice(before, rowsOfImages(before, changed), rows, (into, n, row) =>
    placeRow(into, n, row, imageIndex, categoryIndex),
  );
  return {
    ...before,
    key: datasetKey(id, state),
    revision,
    categories,
    ...columns,
    ...groupByImage(columns.image, images.length),
    bytes: bytesOf(columns.image.length, images.length),
  };
}

/** The rows of the annotations of some images, ascending. */
export function rowsOfImages(
  { offsets, byImage }: Pick<DatasetColumns, "offsets" | "byImage">,
  images: readonly number[],
): Int32Array {
  const parts = images.map((i) => byImage.subarray(offsets[i], offsets[i + 1]));
  const rows = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows.sort();
}

function rolesOf(categories: DatasetColumns["categories"]): string {
  return JSON.stringify(categories.map(({ id, sourceId, role }) => [id, sourceId, role]));
}

/** `before` without the rows `removed` (ascending) and with `added` (by ascending id), all by ascending id. */
function splice(
  before: AnnotationColumns,
  removed: Int32Array,
  added: readonly AnnotationRow[],
  place: (into: AnnotationColumns, n: number, row: AnnotationRow) => void,
): AnnotationColumns {
  const count = before.image.length - removed.length + added.length;
  const into = emptyColumns(count);
  let from = 0; // in `before`
  let to = 0; // in `into`
  const copyUpTo = (end: number) => {
    copyRows(before, from, end, into, to);
    to += end - from;
    from = end;
  };
  let gone = 0;
  /** Copies what stands before `end`, but for removed rows. */
  const advance = (end: number) => {
    for (; gone < removed.length && removed[gone]! < end; gone += 1) {
      copyUpTo(removed[gone]!);
      from += 1;
    }
    copyUpTo(end);
  };
  for (const row of added) {
    const end = firstAtLeast(before.annotationId, row[0]);
    if (end > from) advance(end);
    place(into, to, row);
    to += 1;
  }
  advance(before.image.length);
  return into;
}

function copyRows(
  before: AnnotationColumns,
  from: number,
  end: number,
  into: AnnotationColumns,
  to: number,
): void {
  if (end <= from) return;
  into.annotationId.set(before.annotationId.subarray(from, end), to);
  into.image.set(before.image.subarray(from, end), to);
  into.category.set(before.category.subarray(from, end), to);
  into.boxes.set(before.boxes.subarray(4 * from, 4 * end), 4 * to);
  into.area.set(before.area.subarray(from, end), to);
  into.crowd.set(before.crowd.subarray(from, end), to);
  into.ignore.set(before.ignore.subarray(from, end), to);
}

/** The first place in ascending `values` that holds at least `bound`. */
function firstAtLeast(values: Float64Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
