import type { InferenceInfo, PredictSettings } from "../../../shared/api/models.ts";
import type { ModelDescription } from "../../../shared/compute/messages.ts";
import type { Db } from "../open.ts";

export interface StoredModel {
  readonly id: number;
  readonly name: string;
  readonly kind: "rtdetr" | "onnx";
  readonly path: string;
  readonly description: ModelDescription;
  readonly notes: string;
  readonly addedAt: number;
}

interface ModelRow {
  id: number;
  name: string;
  kind: "rtdetr" | "onnx";
  path: string;
  description: string;
  notes: string;
  added_at: number;
}

/** The project's detectors. */
export function modelQueries(db: Db) {
  const all = db.prepare<[], ModelRow>("SELECT * FROM model ORDER BY id");
  const byId = db.prepare<[number], ModelRow>("SELECT * FROM model WHERE id = ?");
  const byPath = db.prepare<[string], ModelRow>("SELECT * FROM model WHERE path = ?");
  const insert = db.prepare(
    "INSERT INTO model (name, kind, path, description, added_at) VALUES (?, ?, ?, ?, ?)",
  );
  const describe = db.prepare<[string, number]>("UPDATE model SET description = ? WHERE id = ?");
  const rename = db.prepare<[string, string | null, number]>(
    "UPDATE model SET name = ?, notes = coalesce(?, notes) WHERE id = ?",
  );
  const remove = db.prepare<[number]>("DELETE FROM model WHERE id = ?");
  return {
    all: (): StoredModel[] => all.all().map(toModel),
    byId: (id: number): StoredModel | null => toModelOrNull(byId.get(id)),
    byPath: (path: string): StoredModel | null => toModelOrNull(byPath.get(path)),
    /** Returns the new model's id. */
    insert: (model: Omit<StoredModel, "id" | "notes">): number =>
      Number(
        insert.run(
          model.name,
          model.kind,
          model.path,
          JSON.stringify(model.description),
          model.addedAt,
        ).lastInsertRowid,
      ),
    describe: (id: number, description: ModelDescription): void =>
      void describe.run(JSON.stringify(description), id),
    /** Without notes they stay. */
    rename: (id: number, name: string, notes: string | null): void =>
      void rename.run(name, notes, id),
    remove: (id: number): void => void remove.run(id),
  };
}

function toModel({ added_at, description, ...row }: ModelRow): StoredModel {
  return {
    ...row,
    description: JSON.parse(description) as ModelDescription,
    addedAt: added_at,
  };
}

function toModelOrNull(row: ModelRow | undefined): StoredModel | null {
  return row ? toModel(row) : null;
}

export interface StoredInference {
  readonly predictionSetId: number;
  readonly datasetId: number;
  readonly ready: boolean;
  readonly modelId: number | null;
  readonly modelName: string;
  readonly stamp: string;
  readonly settings: PredictSettings;
  readonly classes: readonly (number | null)[];
}

interface InferenceRow {
  prediction_set_id: number;
  dataset_id: number;
  ready: number;
  model_id: number | null;
  model_name: string;
  stamp: string;
  settings: string;
  classes: string;
}

const SHOWN_PROBLEMS = 200;

/** Prediction sets that models make: image by image, so that a set can be gone on with. */
export function inferenceQueries(db: Db) {
  const byId = db.prepare<[number], InferenceRow>(
    `SELECT inference.*, prediction_set.dataset_id, prediction_set.ready
       FROM inference JOIN prediction_set ON prediction_set.id = inference.prediction_set_id
       WHERE prediction_set_id = ?`,
  );
  const insert = db.prepare(
    `INSERT INTO inference (prediction_set_id, model_id, model_name, stamp, settings, classes)
       VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const setJob = db.prepare<[number, number]>(
    "UPDATE inference SET job_id = ? WHERE prediction_set_id = ?",
  );
  const images = db.prepare<[number], { readonly id: number; readonly path: string }>(
    "SELECT id, path FROM image WHERE dataset_id = ? ORDER BY source_id",
  );
  const finished = db
    .prepare<[number], number>("SELECT image_id FROM prediction_blob WHERE prediction_set_id = ?")
    .pluck();
  const blob = db.prepare<[number, number, number, Buffer]>(
    "INSERT OR REPLACE INTO prediction_blob (prediction_set_id, image_id, count, data) VALUES (?, ?, ?, ?)",
  );
  const image = db.prepare<[number, number, Uint8Array | null, string | null]>(
    "INSERT OR REPLACE INTO inference_image (prediction_set_id, image_id, at_seam, problem) VALUES (?, ?, ?, ?)",
  );
  const forgetProblems = db.prepare<[number]>(
    "DELETE FROM inference_image WHERE prediction_set_id = ? AND problem IS NOT NULL",
  );
  const counts = db.prepare<[number], { readonly images: number; readonly predictions: number }>(
    `SELECT count(*) AS images, coalesce(sum(count), 0) AS predictions FROM prediction_blob
       WHERE prediction_set_id = ? AND count > 0`,
  );
  const finish = db.prepare<[number, number, number]>(
    "UPDATE prediction_set SET prediction_count = ?, image_count = ?, ready = 1 WHERE id = ?",
  );
  const problemCount = db
    .prepare<[number], number>(
      "SELECT count(*) FROM inference_image WHERE prediction_set_id = ? AND problem IS NOT NULL",
    )
    .pluck();
  const problems = db.prepare<[number], { readonly path: string; readonly message: string }>(
    `SELECT image.path, problem AS message FROM inference_image JOIN image ON image.id = image_id
       WHERE prediction_set_id = ? AND problem IS NOT NULL ORDER BY image.path LIMIT ${SHOWN_PROBLEMS}`,
  );
  const category = db.prepare<[number, number, string]>(
    "INSERT INTO category (dataset_id, source_id, name, role) VALUES (?, ?, ?, 'object')",
  );
  const newRevision = db.prepare<[number]>(
    "UPDATE dataset SET revision = revision + 1 WHERE id = ?",
  );
  return {
    /** For a dataset that has none; ids in the user's terms count from 1. Returns the rows' ids. */
    makeCategories: db.transaction((datasetId: number, names: readonly string[]): number[] => {
      newRevision.run(datasetId);
      return names.map((name, k) => Number(category.run(datasetId, k + 1, name).lastInsertRowid));
    }),
    byId: (setId: number): StoredInference | null => {
      const row = byId.get(setId);
      return row ? toInference(row) : null;
    },
    insert: (row: Omit<StoredInference, "datasetId" | "ready">): void =>
      void insert.run(
        row.predictionSetId,
        row.modelId,
        row.modelName,
        row.stamp,
        JSON.stringify(row.settings),
        JSON.stringify(row.classes),
      ),
    /** The set is kept as long as this job can go on. */
    setJob: (setId: number, jobId: number): void => void setJob.run(jobId, setId),
    images: (datasetId: number) => images.all(datasetId),
    /** Images that have their predictions, be they none. */
    finished: (setId: number): ReadonlySet<number> => new Set(finished.all(setId)),
    /** One image's packed predictions, and for each whether a seam cut it. */
    keep: db.transaction(
      (
        setId: number,
        imageId: number,
        packed: { readonly count: number; readonly data: Buffer },
        atSeam: Uint8Array | null,
      ): void => {
        blob.run(setId, imageId, packed.count, packed.data);
        if (atSeam?.includes(1)) image.run(setId, imageId, atSeam, null);
      },
    ),
    keepProblem: (setId: number, imageId: number, problem: string): void =>
      void image.run(setId, imageId, null, problem),
    /** Images that could not be read are tried again. */
    forgetProblems: (setId: number): void => void forgetProblems.run(setId),
    /** The set is whole and can be seen. Returns its counts. */
    finish: db.transaction((setId: number) => {
      const { images, predictions } = counts.get(setId)!;
      finish.run(predictions, images, setId);
      return { images, predictions };
    }),
    problems: (setId: number): Pick<InferenceInfo, "problemCount" | "problems"> => ({
      problemCount: problemCount.get(setId) ?? 0,
      problems: problems.all(setId),
    }),
  };
}

function toInference(row: InferenceRow): StoredInference {
  return {
    predictionSetId: row.prediction_set_id,
    datasetId: row.dataset_id,
    ready: row.ready === 1,
    modelId: row.model_id,
    modelName: row.model_name,
    stamp: row.stamp,
    settings: JSON.parse(row.settings) as PredictSettings,
    classes: JSON.parse(row.classes) as (number | null)[],
  };
}
