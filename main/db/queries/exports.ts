import type { CategoryEntry } from "../../formats/label-records.ts";
import type { Db } from "../open.ts";

export interface ExportedDataset {
  readonly name: string;
  /** The folder of the pictures, absolute. */
  readonly root: string;
  readonly revision: number;
}

export interface ExportedImage {
  readonly id: number;
  readonly sourceId: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly attributes: string | null;
}

export type RawLabel = [
  imageId: number,
  categoryId: number,
  sourceId: number | null,
  x: number,
  y: number,
  w: number,
  h: number,
  area: number,
  crowd: number,
  ignore: number,
  segmentation: string | null,
  attributes: string | null,
];

/** What an export reads. */
export function exportQueries(db: Db) {
  const dataset = db.prepare<[number], ExportedDataset>(
    "SELECT name, root, revision FROM dataset WHERE id = ? AND ready = 1",
  );
  const images = db.prepare<[number], ExportedImage>(
    `SELECT id, source_id AS "sourceId", path, width, height, attributes FROM image WHERE dataset_id = ? ORDER BY id`,
  );
  const categories = db.prepare<[number], CategoryEntry & { readonly id: number }>(
    'SELECT id, source_id AS "sourceId", name, role FROM category WHERE dataset_id = ? ORDER BY source_id',
  );
  const labelPlaces = db.prepare<[], { readonly name: string; readonly path: string }>(
    "SELECT name, label_path AS path FROM dataset WHERE ready = 1 AND label_path IS NOT NULL",
  );
  // In the order of ids, so that ties between boxes stay as they were.
  const labels = db
    .prepare<[string], RawLabel>(
      `SELECT image_id, category_id, source_id, x, y, w, h, area, crowd, ignore, segmentation, attributes FROM annotation
         WHERE image_id IN (SELECT value FROM json_each(?)) ORDER BY image_id, id`,
    )
    .raw();
  const editedImages = db
    .prepare<[number, number], number>(
      "SELECT DISTINCT image_id FROM edit WHERE dataset_id = ? AND revision > ?",
    )
    .pluck();
  const predictionSet = db.prepare<[number], { readonly datasetId: number; readonly name: string }>(
    'SELECT dataset_id AS "datasetId", name FROM prediction_set WHERE id = ? AND ready = 1',
  );
  const predictions = db
    .prepare<[number, number], Buffer>(
      "SELECT data FROM prediction_blob WHERE prediction_set_id = ? AND image_id = ?",
    )
    .pluck();
  return {
    /** null where there is no such dataset, or it is being filled or removed. */
    dataset: (id: number): ExportedDataset | null => dataset.get(id) ?? null,
    /** In file order. */
    images: (datasetId: number): ExportedImage[] => images.all(datasetId),
    /** In ascending order of the id in the user's files. */
    categories: (datasetId: number) => categories.all(datasetId),
    /** Of these images, by image, then in file order. */
    labels: (imageIds: readonly number[]): RawLabel[] => labels.all(JSON.stringify(imageIds)),
    /** Files and folders that datasets of the project were imported from. */
    labelPlaces: () => labelPlaces.all(),
    /** Images whose labels were edited after a revision. */
    editedImages: (datasetId: number, after: number): number[] =>
      editedImages.all(datasetId, after),
    predictionSet: (id: number) => predictionSet.get(id) ?? null,
    /** Packed; null where the image has none. See prediction-blob.ts. */
    predictions: (setId: number, imageId: number): Buffer | null =>
      predictions.get(setId, imageId) ?? null,
  };
}

export type ExportQueries = ReturnType<typeof exportQueries>;
