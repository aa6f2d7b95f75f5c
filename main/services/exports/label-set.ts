import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { annotationQueries } from "../../db/queries/annotations.ts";
import { exportQueries, type ExportedImage } from "../../db/queries/exports.ts";
import type { LabelSet } from "../../formats/export-records.ts";
import { imageLabelsAtRevision } from "../revisions/labels-at-revision.ts";

export interface LabelsToWrite {
  readonly datasetId: number;
  /** null: as they are now. */
  readonly revision: number | null;
  /** null: all. */
  readonly imageIds: readonly number[] | null;
}

export interface StoredLabels extends LabelSet {
  /** The folder of the pictures, absolute. */
  readonly root: string;
  readonly images: readonly ExportedImage[];
}

/**
 * The labels of a dataset as writers take them, read image by image. Throws `dataset/not-found`, `export/no-images`,
 * `revision/not-found`.
 */
export function storedLabels(
  db: Db,
  { datasetId, revision, imageIds }: LabelsToWrite,
): StoredLabels {
  const queries = exportQueries(db);
  const dataset = queries.dataset(datasetId);
  if (dataset === null) {
    throw new AppError(
      "dataset/not-found",
      `There is no dataset ${datasetId} in this project; it may have been removed.`,
    );
  }
  if (revision !== null && revision > dataset.revision) {
    throw new AppError(
      "revision/not-found",
      `The dataset has no revision ${revision}; expected 1 to ${dataset.revision}. Choose one of these.`,
    );
  }
  const chosen = imageIds === null ? null : new Set(imageIds);
  const all = queries.images(datasetId);
  const images = chosen === null ? all : all.filter(({ id }) => chosen.has(id));
  if (images.length === 0) {
    throw new AppError(
      "export/no-images",
      chosen === null
        ? `${dataset.name} has no images to export.`
        : "No image passes the filter, so there is nothing to export. Widen it and try again.",
    );
  }
  const categories = queries.categories(datasetId);
  const sourceIds = new Map(categories.map(({ id, sourceId }) => [id, sourceId]));
  const edited = new Set(revision === null ? [] : queries.editedImages(datasetId, revision));
  const labels = annotationQueries(db);
  return {
    name: dataset.name,
    root: dataset.root,
    categories,
    images,
    annotationsOf(index) {
      const { id, sourceId: imageSourceId } = images[index]!;
      const rows =
        revision !== null && edited.has(id)
          ? imageLabelsAtRevision(db, id, revision)
          : labels.ofImage(id);
      return rows.map(({ categoryId, ...label }) => ({
        ...label,
        imageSourceId,
        categorySourceId: sourceIds.get(categoryId)!,
      }));
    },
  };
}
