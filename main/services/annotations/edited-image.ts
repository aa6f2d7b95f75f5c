import type { EditedImage } from "../../../shared/api/annotations.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { EditableAnnotation } from "../../../shared/domain/editing.ts";
import type { Db } from "../../db/open.ts";
import {
  annotationQueries,
  type EditableImage,
  type StoredLabel,
} from "../../db/queries/annotations.ts";
import { editQueries } from "../../db/queries/edits.ts";
import { fieldsOf } from "./checked-changes.ts";

/** The labels of an image as an editor needs them. Throws `image/not-found`. */
export function editedImage(db: Db, imageId: number): EditedImage {
  // One transaction: another process may be writing, and the labels must be those of the revision.
  return db.transaction(() => {
    const queries = annotationQueries(db);
    const image = requireImage(queries.image(imageId), imageId);
    const { id, sourceId, path, width, height, datasetId, revision, review } = image;
    return {
      image: { id, sourceId, path, width, height },
      datasetId,
      revision,
      review,
      annotations: queries.ofImage(imageId).map((row) => toEditable(row.id, row)),
      ...editQueries(db).undoState(imageId),
    };
  })();
}

export function requireImage(image: EditableImage | null, imageId: number): EditableImage {
  if (image !== null) return image;
  throw new AppError(
    "image/not-found",
    `There is no image ${imageId} in this project; its dataset may have been removed.`,
  );
}

export function toEditable(id: number, label: StoredLabel): EditableAnnotation {
  return { id, ...fieldsOf(label), area: label.area, masked: label.segmentation !== null };
}
