import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import type { StoredLabel } from "../../db/queries/annotations.ts";
import { exportQueries, type ExportedImage, type ExportQueries } from "../../db/queries/exports.ts";
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
  const current = new LabelsByImage(queries, images);
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
          : current.at(index);
      return rows.map((label) => ({
        sourceId: label.sourceId,
        imageSourceId,
        categorySourceId: sourceIds.get(label.categoryId)!,
        x: label.x,
        y: label.y,
        w: label.w,
        h: label.h,
        area: label.area,
        crowd: label.crowd,
        ignore: label.ignore,
        segmentation: label.segmentation,
        attributes: label.attributes,
      }));
    },
  };
}

const IMAGES_AT_ONCE = 64;

/** The present labels of images that are asked for in order; read in batches, since a query an image costs more. */
class LabelsByImage {
  readonly #queries: ExportQueries;
  readonly #images: readonly ExportedImage[];
  #first = -1;
  #byImage = new Map<number, StoredLabel[]>();

  constructor(queries: ExportQueries, images: readonly ExportedImage[]) {
    this.#queries = queries;
    this.#images = images;
  }

  at(index: number): readonly StoredLabel[] {
    const first = index - (index % IMAGES_AT_ONCE);
    if (first !== this.#first) this.#read(first);
    return this.#byImage.get(this.#images[index]!.id) ?? [];
  }

  #read(first: number): void {
    const ids = this.#images.slice(first, first + IMAGES_AT_ONCE).map(({ id }) => id);
    this.#byImage = new Map(ids.map((id) => [id, []]));
    this.#first = first;
    for (const row of this.#queries.labels(ids)) {
      const [
        imageId,
        categoryId,
        sourceId,
        x,
        y,
        w,
        h,
        area,
        crowd,
        ignore,
        segmentation,
        attributes,
      ] = row;
      this.#byImage.get(imageId)!.push({
        categoryId,
        sourceId,
        x,
        y,
        w,
        h,
        area,
        crowd: crowd !== 0,
        ignore: ignore !== 0,
        segmentation,
        attributes,
      });
    }
  }
}
