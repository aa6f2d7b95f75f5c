import type { CategoryRole, Problem } from "../../../shared/domain/records.ts";
import type { Db } from "../open.ts";
import { annotationIds } from "./annotations.ts";

/** Ids that an import takes for annotations to come; those left over are never used. */
const IDS_AT_ONCE = 1000;

/** A connection that writes much: fewer checkpoints, a larger cache. */
export function tuneForImport(db: Db): void {
  db.pragma("wal_autocheckpoint = 8000"); // pages: 32 MB instead of 4
  db.pragma("cache_size = -65536"); // KiB
}

export interface NewDataset {
  readonly name: string;
  readonly root: string;
  readonly labelFormat: string | null;
  readonly labelPath: string | null;
  readonly createdAt: number;
}

export interface NewImage {
  readonly datasetId: number;
  readonly sourceId: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly state: "ok" | "missing" | "unreadable";
  readonly attributes: string | null;
}

export interface NewAnnotation {
  readonly imageId: number;
  readonly categoryId: number;
  readonly sourceId: number | null;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly area: number;
  readonly crowd: boolean;
  readonly ignore: boolean;
  readonly segmentation: string | null;
  readonly attributes: string | null;
}

export interface KnownImage {
  readonly id: number;
  readonly sourceId: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

export interface KnownCategory {
  readonly id: number;
  readonly sourceId: number;
  readonly name: string;
  readonly role: CategoryRole;
}

/** Statements of an import. None holds a transaction; the caller does. */
export function importQueries(db: Db) {
  const dataset = db.prepare(
    "INSERT INTO dataset (name, root, label_format, label_path, created_at) VALUES (?, ?, ?, ?, ?)",
  );
  const category = db.prepare(
    "INSERT INTO category (dataset_id, source_id, name, role) VALUES (?, ?, ?, ?)",
  );
  const image = db.prepare(
    "INSERT INTO image (dataset_id, source_id, path, width, height, state, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const annotation = db.prepare(
    `INSERT INTO annotation
       (id, image_id, category_id, source_id, x, y, w, h, area, crowd, ignore, segmentation, attributes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const takeIds = annotationIds(db);
  let nextId = 0;
  let idsLeft = 0;
  const predictionSet = db.prepare(
    `INSERT INTO prediction_set (dataset_id, name, source, prediction_count, image_count, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const predictionBlob = db.prepare(
    "INSERT INTO prediction_blob (prediction_set_id, image_id, count, data) VALUES (?, ?, ?, ?)",
  );
  const problem = db.prepare(
    `INSERT INTO problem (dataset_id, code, severity, file, record, message, action, count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const datasetReady = db.prepare("UPDATE dataset SET ready = 1 WHERE id = ?");
  const predictionSetReady = db.prepare("UPDATE prediction_set SET ready = 1 WHERE id = ?");
  const images = db.prepare<[number], KnownImage>(
    'SELECT id, source_id AS "sourceId", path, width, height FROM image WHERE dataset_id = ? ORDER BY source_id',
  );
  const categories = db.prepare<[number], KnownCategory>(
    'SELECT id, source_id AS "sourceId", name, role FROM category WHERE dataset_id = ? ORDER BY source_id',
  );
  const readyDataset = db.prepare<[number], { readonly root: string }>(
    "SELECT root FROM dataset WHERE id = ? AND ready = 1",
  );

  return {
    insertDataset: (row: NewDataset): number =>
      Number(
        dataset.run(row.name, row.root, row.labelFormat, row.labelPath, row.createdAt)
          .lastInsertRowid,
      ),
    insertCategory: (
      datasetId: number,
      row: { readonly sourceId: number; readonly name: string; readonly role: CategoryRole },
    ): number => Number(category.run(datasetId, row.sourceId, row.name, row.role).lastInsertRowid),
    insertImage: (row: NewImage): number =>
      Number(
        image.run(
          row.datasetId,
          row.sourceId,
          row.path,
          row.width,
          row.height,
          row.state,
          row.attributes,
        ).lastInsertRowid,
      ),
    insertAnnotation: (row: NewAnnotation): void => {
      if (idsLeft === 0) {
        nextId = takeIds(IDS_AT_ONCE);
        idsLeft = IDS_AT_ONCE;
      }
      idsLeft -= 1;
      annotation.run(
        nextId++,
        row.imageId,
        row.categoryId,
        row.sourceId,
        row.x,
        row.y,
        row.w,
        row.h,
        row.area,
        row.crowd ? 1 : 0,
        row.ignore ? 1 : 0,
        row.segmentation,
        row.attributes,
      );
    },
    insertPredictionSet: (row: {
      readonly datasetId: number;
      readonly name: string;
      readonly source: string;
      readonly predictionCount: number;
      readonly imageCount: number;
      readonly createdAt: number;
    }): number =>
      Number(
        predictionSet.run(
          row.datasetId,
          row.name,
          row.source,
          row.predictionCount,
          row.imageCount,
          row.createdAt,
        ).lastInsertRowid,
      ),
    insertPredictionBlob: (setId: number, imageId: number, count: number, data: Buffer): void => {
      predictionBlob.run(setId, imageId, count, data);
    },
    insertProblem: (datasetId: number, row: Problem): void => {
      problem.run(
        datasetId,
        row.code,
        row.severity,
        row.file,
        row.record,
        row.message,
        row.action,
        row.count,
      );
    },
    markDatasetReady: (datasetId: number): void => {
      datasetReady.run(datasetId);
    },
    markPredictionSetReady: (setId: number): void => {
      predictionSetReady.run(setId);
    },
    images: (datasetId: number): KnownImage[] => images.all(datasetId),
    categories: (datasetId: number): KnownCategory[] => categories.all(datasetId),
    /** Undefined where there is no such dataset, or it is still being filled. */
    readyDataset: (datasetId: number) => readyDataset.get(datasetId),
  };
}

export type ImportQueries = ReturnType<typeof importQueries>;

/** Statements that take an unfinished import away piece by piece, so that no transaction is long. */
export function purgeQueries(db: Db) {
  const unreadyDatasets = db.prepare<[], { readonly id: number }>(
    "SELECT id FROM dataset WHERE ready = 0",
  );
  const unreadySets = db.prepare<[], { readonly id: number }>(
    // What a model was making stays while its job can go on.
    `SELECT id FROM prediction_set WHERE ready = 0 AND id NOT IN (
       SELECT prediction_set_id FROM inference JOIN job ON job.id = job_id
       WHERE job.state IN ('queued', 'running', 'interrupted', 'failed'))`,
  );
  const someAnnotations = db.prepare<[number, number]>(
    `DELETE FROM annotation WHERE id IN (
       SELECT annotation.id FROM image JOIN annotation ON annotation.image_id = image.id
       WHERE image.dataset_id = ? LIMIT ?)`,
  );
  const someEdits = db.prepare<[number, number]>(
    "DELETE FROM edit WHERE id IN (SELECT id FROM edit WHERE dataset_id = ? LIMIT ?)",
  );
  const setsOf = db.prepare<[number], { readonly id: number }>(
    "SELECT id FROM prediction_set WHERE dataset_id = ?",
  );
  const someBlobs = db.prepare<[number, number, number]>(
    `DELETE FROM prediction_blob WHERE prediction_set_id = ? AND image_id IN (
       SELECT image_id FROM prediction_blob WHERE prediction_set_id = ? LIMIT ?)`,
  );
  const someImages = db.prepare<[number, number]>(
    "DELETE FROM image WHERE id IN (SELECT id FROM image WHERE dataset_id = ? LIMIT ?)",
  );
  const oneSet = db.prepare<[number]>("DELETE FROM prediction_set WHERE id = ?");
  const hideDataset = db.prepare<[number]>("UPDATE dataset SET ready = 0 WHERE id = ?");
  const hideSets = db.prepare<[number]>("UPDATE prediction_set SET ready = 0 WHERE dataset_id = ?");
  const hideSet = db.prepare<[number]>("UPDATE prediction_set SET ready = 0 WHERE id = ?");
  const runsOf = db.prepare<[number]>("DELETE FROM run WHERE dataset_id = ?");
  const runsOfSet = db.prepare<[number]>("DELETE FROM run WHERE prediction_set_id = ?");
  const oneDataset = db.prepare<[number]>("DELETE FROM dataset WHERE id = ?");

  return {
    /** Out of sight, with its prediction sets; its runs go. */
    hideDataset: (datasetId: number): void => {
      db.transaction(() => {
        hideDataset.run(datasetId);
        hideSets.run(datasetId);
        runsOf.run(datasetId);
      }).immediate();
    },
    hidePredictionSet: (setId: number): void => {
      db.transaction(() => {
        hideSet.run(setId);
        runsOfSet.run(setId);
      }).immediate();
    },
    unreadyDatasets: () => unreadyDatasets.all().map(({ id }) => id),
    unreadyPredictionSets: () => unreadySets.all().map(({ id }) => id),
    predictionSetsOf: (datasetId: number) => setsOf.all(datasetId).map(({ id }) => id),
    /** Each returns how many rows went; 0 when there are none left. */
    deleteSomeAnnotations: (datasetId: number, limit: number) =>
      someAnnotations.run(datasetId, limit).changes,
    deleteSomeEdits: (datasetId: number, limit: number) => someEdits.run(datasetId, limit).changes,
    deleteSomeImages: (datasetId: number, limit: number) =>
      someImages.run(datasetId, limit).changes,
    deleteSomeBlobs: (setId: number, limit: number) => someBlobs.run(setId, setId, limit).changes,
    /** What is left of it goes along: few rows once the others are gone. */
    deletePredictionSet: (setId: number) => oneSet.run(setId).changes,
    deleteDataset: (datasetId: number) => oneDataset.run(datasetId).changes,
  };
}
