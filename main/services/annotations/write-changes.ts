import { AppError } from "../../../shared/domain/app-error.ts";
import {
  annotationQueries,
  type EditableImage,
  type StoredLabel,
} from "../../db/queries/annotations.ts";
import { editQueries, type NewEdit } from "../../db/queries/edits.ts";
import type { EditPorts } from "./ports.ts";

/**
 * Writes an image's changed rows and the log of them; to be called in a transaction. Every row must be as its change
 * says it was: the log holds all that ever happened to it, so anything else is damage, and `annotation/log` is thrown.
 */
export function writeChanges(
  { db, author }: Pick<EditPorts, "db" | "author">,
  image: Pick<EditableImage, "id" | "datasetId" | "path">,
  revision: number,
  edit: Pick<NewEdit, "kind" | "action" | "target" | "changes">,
): void {
  const labels = annotationQueries(db);
  for (const { id, before, after } of edit.changes) {
    const row = labels.byId(id);
    if ((row !== null && row.imageId !== image.id) || !sameLabel(row, before)) {
      throw new AppError(
        "annotation/log",
        `Annotation ${id} of ${image.path} is not what the edit log left, so this cannot be done. Something other than Fovea wrote to the project file; nothing was changed.`,
      );
    }
    if (after === null) labels.remove(id);
    else if (before === null) labels.insert(id, image.id, after);
    else labels.update(id, after);
  }
  editQueries(db).insert({
    ...edit,
    datasetId: image.datasetId,
    imageId: image.id,
    revision,
    author,
    at: Date.now(),
  });
}

const columns: readonly (keyof StoredLabel)[] = [
  "categoryId",
  "sourceId",
  "x",
  "y",
  "w",
  "h",
  "area",
  "crowd",
  "ignore",
  "segmentation",
  "attributes",
];

/** Whether two rows hold the same in every column; null is no row. */
export function sameLabel(a: StoredLabel | null, b: StoredLabel | null): boolean {
  if (a === null || b === null) return a === b;
  return columns.every((column) => a[column] === b[column]);
}
