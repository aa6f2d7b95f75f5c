import type { EvaluationParams } from "../../../shared/domain/protocols.ts";
import type { Category, CategoryRole } from "../../../shared/domain/records.ts";
import type { Db } from "../open.ts";

/** Of an image, in ascending order of the id in the user's files. */
export interface ImageRow {
  readonly id: number;
  readonly sourceId: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** [id, image_id, category_id, x, y, w, h, area, crowd, ignore] */
export type AnnotationRow = [
  id: number,
  imageId: number,
  categoryId: number,
  x: number,
  y: number,
  w: number,
  h: number,
  area: number,
  crowd: number,
  ignore: number,
];

/** Ids are given again once their row is gone; the time tells the one from the other. */
export interface DatasetState {
  readonly revision: number;
  readonly createdAt: number;
}

export interface PredictionSetState {
  readonly datasetId: number;
  readonly predictionCount: number;
  readonly createdAt: number;
}

/** Whole tables of a dataset, to be read into typed arrays. */
export function columnQueries(db: Db) {
  const datasetState = db.prepare<[number], DatasetState>(
    "SELECT revision, created_at AS createdAt FROM dataset WHERE id = ?",
  );
  const setState = db.prepare<[number], PredictionSetState>(
    `SELECT dataset_id AS datasetId, prediction_count AS predictionCount, created_at AS createdAt
       FROM prediction_set WHERE id = ?`,
  );
  const imageDataset = db
    .prepare<[number], number>("SELECT dataset_id FROM image WHERE id = ?")
    .pluck();
  const run = db.prepare<[number], { predictionSetId: number; params: string }>(
    "SELECT prediction_set_id AS predictionSetId, params FROM run WHERE id = ?",
  );
  const categories = db.prepare<
    [number],
    { id: number; source_id: number; name: string; role: CategoryRole }
  >("SELECT id, source_id, name, role FROM category WHERE dataset_id = ? ORDER BY source_id");
  const images = db.prepare<[number], ImageRow>(
    `SELECT id, source_id AS sourceId, path, width, height FROM image WHERE dataset_id = ? ORDER BY source_id`,
  );
  // The plus keeps SQLite from walking the index of images, which would cost a sort of all rows.
  const annotations = db
    .prepare<[number], AnnotationRow>(
      `SELECT id, image_id, category_id, x, y, w, h, area, crowd, ignore FROM annotation
         WHERE +image_id IN (SELECT id FROM image WHERE dataset_id = ?) ORDER BY id`,
    )
    .raw();
  const annotationsOfImage = db
    .prepare<[number], AnnotationRow>(
      `SELECT id, image_id, category_id, x, y, w, h, area, crowd, ignore FROM annotation
         WHERE image_id = ? ORDER BY id`,
    )
    .raw();
  const edits = db
    .prepare<[number, number, number], [revision: number, imageId: number]>(
      `SELECT DISTINCT revision, image_id FROM edit
         WHERE dataset_id = ? AND revision > ? AND revision <= ?`,
    )
    .raw();
  const annotationCount = db
    .prepare<[number], number>(
      "SELECT count(*) FROM image JOIN annotation ON annotation.image_id = image.id WHERE image.dataset_id = ?",
    )
    .pluck();
  const masks = db
    .prepare<[number], number>(
      `SELECT EXISTS (SELECT 1 FROM image JOIN annotation ON annotation.image_id = image.id
         WHERE image.dataset_id = ? AND segmentation IS NOT NULL)`,
    )
    .pluck();
  const source = db
    .prepare<[number], string>("SELECT source FROM prediction_set WHERE id = ?")
    .pluck();
  const leftOut = db.prepare<[number], { code: string; file: string; count: number }>(
    `SELECT code, file, count FROM problem
       WHERE dataset_id = (SELECT dataset_id FROM prediction_set WHERE id = ?) AND code LIKE 'prediction/unknown-%'`,
  );
  const blobCounts = db
    .prepare<[number], [imageId: number, count: number]>(
      "SELECT image_id, count FROM prediction_blob WHERE prediction_set_id = ?",
    )
    .raw();
  const blobs = db
    .prepare<[number], [imageId: number, data: Buffer]>(
      "SELECT image_id, data FROM prediction_blob WHERE prediction_set_id = ?",
    )
    .raw();

  return {
    /** Everything that `read` asks is answered from one state of the file. */
    snapshot: <Result>(read: () => Result): Result => db.transaction(read)(),
    /** null where there is no such dataset. */
    datasetState: (datasetId: number): DatasetState | null => datasetState.get(datasetId) ?? null,
    predictionSetState: (setId: number): PredictionSetState | null => setState.get(setId) ?? null,
    datasetOfImage: (imageId: number): number | null => imageDataset.get(imageId) ?? null,
    run: (runId: number): { predictionSetId: number; params: EvaluationParams } | null => {
      const row = run.get(runId);
      return row ? { ...row, params: JSON.parse(row.params) as EvaluationParams } : null;
    },
    categories: (datasetId: number): Category[] =>
      categories
        .all(datasetId)
        .map(({ id, source_id, name, role }) => ({ id, sourceId: source_id, name, role })),
    images: (datasetId: number): ImageRow[] => images.all(datasetId),
    annotationCount: (datasetId: number): number => annotationCount.get(datasetId) ?? 0,
    hasMasks: (datasetId: number): boolean => masks.get(datasetId) === 1,
    /** Predictions of the set's file or folder that an import left out because their image or class is unknown. */
    leftOutPredictions: (setId: number): { unknownImages: number; unknownClasses: number } => {
      const from = (source.get(setId) ?? "").replaceAll("\\", "/");
      const isOfSet = (file: string) =>
        `/${from}`.endsWith(`/${file}`) ||
        file.startsWith(`${from.slice(from.lastIndexOf("/") + 1)}/`);
      const problems = leftOut.all(setId).filter(({ file }) => isOfSet(file));
      const sum = (code: string) =>
        problems.reduce((total, problem) => total + (problem.code === code ? problem.count : 0), 0);
      return {
        unknownImages: sum("prediction/unknown-image"),
        unknownClasses: sum("prediction/unknown-category"),
      };
    },
    /** In file order. */
    annotations: (datasetId: number): IterableIterator<AnnotationRow> =>
      annotations.iterate(datasetId),
    /** In file order. */
    annotationsOfImage: (imageId: number): AnnotationRow[] => annotationsOfImage.all(imageId),
    /**
     * The images whose labels edits after revision `from` and up to `to` changed. null where the log does not tell of
     * every revision between them, so that nothing is known.
     */
    editedImages: (datasetId: number, from: number, to: number): number[] | null => {
      const rows = edits.all(datasetId, from, to);
      const revisions = new Set(rows.map(([revision]) => revision));
      return revisions.size === to - from ? [...new Set(rows.map(([, imageId]) => imageId))] : null;
    },
    predictionCounts: (setId: number): IterableIterator<[imageId: number, count: number]> =>
      blobCounts.iterate(setId),
    /** Packed; see prediction-blob.ts. */
    predictionBlobs: (setId: number): IterableIterator<[imageId: number, data: Buffer]> =>
      blobs.iterate(setId),
  };
}

export type ColumnQueries = ReturnType<typeof columnQueries>;
