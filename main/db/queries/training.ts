import type {
  TrainingStart,
  TrainingState,
  TrainingValidation,
  ValidationSource,
} from "../../../shared/api/training.ts";
import type { TrainingPreset, TrainingSettings } from "../../../shared/domain/training.ts";
import { nearestPreset } from "../../../shared/domain/training-values.ts";
import type { Db } from "../open.ts";

export interface StoredTraining {
  readonly id: number;
  readonly name: string;
  readonly state: TrainingState;
  /** It is paused because Fovea ended, not because anyone asked for it. */
  readonly interrupted: boolean;
  readonly jobId: number | null;
  readonly datasetId: number | null;
  readonly datasetName: string;
  readonly datasetRevision: number;
  readonly preset: TrainingPreset;
  readonly settings: TrainingSettings;
  readonly start: TrainingStart;
  readonly validation: ValidationSource;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Step of the checkpoint `last`; null while there is none. */
  readonly savedStep: number | null;
  readonly best: { readonly step: number; readonly ap: number } | null;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly trainObjects: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly notes: readonly string[];
  readonly modelId: number | null;
  readonly ablationId: number | null;
  readonly variant: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

export type NewTraining = Pick<
  StoredTraining,
  | "name"
  | "datasetId"
  | "datasetName"
  | "datasetRevision"
  | "preset"
  | "settings"
  | "start"
  | "validation"
  | "steps"
  | "trainImages"
  | "validationImages"
  | "trainObjects"
  | "notes"
  | "ablationId"
  | "variant"
  | "createdAt"
>;

interface TrainingRow {
  id: number;
  name: string;
  now: TrainingState;
  interrupted: number | null;
  job_id: number | null;
  dataset_id: number | null;
  dataset_name: string;
  dataset_revision: number;
  /** "custom" in projects of the first days. */
  preset: TrainingPreset | "custom";
  settings: string;
  start: string;
  validation: string;
  step: number;
  steps: number;
  epoch: number;
  saved_step: number | null;
  best_step: number | null;
  best_ap: number | null;
  train_images: number;
  validation_images: number;
  train_objects: number;
  error: string | null;
  notes: string;
  model_id: number | null;
  ablation_id: number | null;
  variant: number | null;
  created_at: number;
  ended_at: number | null;
}

interface ValidationRow {
  step: number;
  epoch: number;
  by_range: string;
  ap50: number | null;
  images: number;
  is_best: number;
}

/** An open training is queued or running where its job is; else it is paused, whatever ended the job. */
const columns = `training.*,
  CASE WHEN training.state <> 'open' THEN training.state
       WHEN job.state IN ('queued', 'running') THEN job.state ELSE 'paused' END AS now,
  job.state = 'interrupted' AS interrupted, best.step AS best_step, best.ap AS best_ap`;
const joined = `training LEFT JOIN job ON job.id = training.job_id
  LEFT JOIN training_validation AS best ON best.training_id = training.id AND best.step =
    (SELECT max(step) FROM training_validation WHERE training_id = training.id AND is_best = 1)`;

export function trainingQueries(db: Db) {
  const all = db.prepare<[], TrainingRow>(
    `SELECT ${columns} FROM ${joined} ORDER BY training.id DESC`,
  );
  const byId = db.prepare<[number], TrainingRow>(
    `SELECT ${columns} FROM ${joined} WHERE training.id = ?`,
  );
  const byJob = db.prepare<[number], { id: number; step: number }>(
    "SELECT id, step FROM training WHERE job_id = ?",
  );
  const ofAblation = db.prepare<[number], TrainingRow>(
    `SELECT ${columns} FROM ${joined} WHERE training.ablation_id = ? ORDER BY training.id`,
  );
  const insert = db.prepare(
    `INSERT INTO training (name, dataset_id, dataset_name, dataset_revision, preset, settings, start, validation, steps,
       train_images, validation_images, train_objects, notes, ablation_id, variant, created_at)
     VALUES (@name, @datasetId, @datasetName, @datasetRevision, @preset, @settings, @start, @validation, @steps,
       @trainImages, @validationImages, @trainObjects, @notes, @ablationId, @variant, @createdAt)`,
  );
  const setJob = db.prepare<[number, number]>(
    "UPDATE training SET job_id = ?, state = 'open', error = NULL, ended_at = NULL WHERE id = ?",
  );
  const prepared = db.prepare(
    `UPDATE training SET train_images = @trainImages, validation_images = @validationImages,
       train_objects = @trainObjects, dataset_revision = @datasetRevision WHERE id = @id`,
  );
  const begin = db.prepare<[number, number, number]>(
    "UPDATE training SET step = ?, steps = ? WHERE id = ?",
  );
  const forgetSteps = db.prepare<[number, number]>(
    "DELETE FROM training_step WHERE training_id = ? AND step > ?",
  );
  const forgetValidations = db.prepare<[number, number]>(
    "DELETE FROM training_validation WHERE training_id = ? AND step > ?",
  );
  const at = db.prepare<[number, number, number]>(
    "UPDATE training SET step = ?, epoch = ? WHERE id = ?",
  );
  const saved = db.prepare<[number | null, number]>(
    "UPDATE training SET saved_step = ? WHERE id = ?",
  );
  const end = db.prepare<[string, string | null, number | null, number]>(
    "UPDATE training SET state = ?, error = ?, ended_at = ? WHERE id = ?",
  );
  const notes = db.prepare<[string, number]>("UPDATE training SET notes = ? WHERE id = ?");
  const rename = db.prepare<[string, number]>("UPDATE training SET name = ? WHERE id = ?");
  const setModel = db.prepare<[number, number]>("UPDATE training SET model_id = ? WHERE id = ?");
  const remove = db.prepare<[number]>("DELETE FROM training WHERE id = ?");
  const validation = db.prepare(
    `INSERT OR REPLACE INTO training_validation (training_id, step, epoch, ap, by_range, ap50, images, is_best)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const validations = db.prepare<[number], ValidationRow>(
    "SELECT * FROM training_validation WHERE training_id = ? ORDER BY step",
  );
  const toTraining = (row: TrainingRow): StoredTraining => {
    const settings = JSON.parse(row.settings) as TrainingSettings;
    return {
      id: row.id,
      name: row.name,
      state: row.now,
      interrupted: row.now === "paused" && row.interrupted === 1,
      jobId: row.job_id,
      datasetId: row.dataset_id,
      datasetName: row.dataset_name,
      datasetRevision: row.dataset_revision,
      preset: row.preset === "custom" ? nearestPreset(settings) : row.preset,
      settings,
      start: JSON.parse(row.start) as TrainingStart,
      validation: JSON.parse(row.validation) as ValidationSource,
      step: row.step,
      steps: row.steps,
      epoch: row.epoch,
      savedStep: row.saved_step,
      best:
        row.best_step === null || row.best_ap === null
          ? null
          : { step: row.best_step, ap: row.best_ap },
      trainImages: row.train_images,
      validationImages: row.validation_images,
      trainObjects: row.train_objects,
      error: row.error === null ? null : (JSON.parse(row.error) as StoredTraining["error"]),
      notes: JSON.parse(row.notes) as string[],
      modelId: row.model_id,
      ablationId: row.ablation_id,
      variant: row.variant,
      createdAt: row.created_at,
      endedAt: row.ended_at,
    };
  };
  const find = (id: number): StoredTraining | null => {
    const row = byId.get(id);
    return row ? toTraining(row) : null;
  };

  return {
    /** Newest first. */
    all: (): StoredTraining[] => all.all().map(toTraining),
    byId: find,
    /** In the order they were queued. */
    ofAblation: (ablationId: number): StoredTraining[] =>
      ofAblation.all(ablationId).map(toTraining),
    byJob: (jobId: number): { readonly id: number; readonly step: number } | null =>
      byJob.get(jobId) ?? null,
    /** Returns the new training's id. */
    insert: (row: NewTraining): number =>
      Number(
        insert.run({
          ...row,
          settings: JSON.stringify(row.settings),
          start: JSON.stringify(row.start),
          validation: JSON.stringify(row.validation),
          notes: JSON.stringify(row.notes),
        }).lastInsertRowid,
      ),
    /** It is open again, and is what its job is. */
    setJob: (id: number, jobId: number): void => void setJob.run(jobId, id),
    /** What it learns from, which may have been edited since it was planned. */
    setImages: (
      id: number,
      counts: Pick<
        StoredTraining,
        "trainImages" | "validationImages" | "trainObjects" | "datasetRevision"
      >,
    ): void => void prepared.run({ ...counts, id }),
    /** What was told of steps after `step` is forgotten: they are done anew. */
    begin: db.transaction((id: number, step: number, steps: number): void => {
      begin.run(step, steps, id);
      forgetSteps.run(id, step);
      forgetValidations.run(id, step);
    }),
    setPosition: (id: number, step: number, epoch: number): void => void at.run(step, epoch, id),
    setSaved: (id: number, step: number | null): void => void saved.run(step, id),
    /** `open`: it is paused, `error` being why where nobody asked for it. */
    end: (
      id: number,
      state: "open" | "done" | "stopped" | "failed",
      error: StoredTraining["error"],
      endedAt: number | null,
    ): void => void end.run(state, error && JSON.stringify(error), endedAt, id),
    /** The same sentence is kept once. */
    addNote: (id: number, text: string): void => {
      const known = find(id)?.notes ?? [];
      if (!known.includes(text)) notes.run(JSON.stringify([...known, text]), id);
    },
    rename: (id: number, name: string): void => void rename.run(name, id),
    setModel: (id: number, modelId: number): void => void setModel.run(modelId, id),
    remove: (id: number): void => void remove.run(id),
    addValidation: (id: number, found: TrainingValidation, ap: number | null): void =>
      void validation.run(
        id,
        found.step,
        found.epoch,
        ap,
        JSON.stringify(found.ap),
        found.ap50,
        found.images,
        found.isBest ? 1 : 0,
      ),
    validations: (id: number): TrainingValidation[] =>
      validations.all(id).map((row) => ({
        step: row.step,
        epoch: row.epoch,
        ap: JSON.parse(row.by_range) as Record<string, number | null>,
        ap50: row.ap50,
        images: row.images,
        isBest: row.is_best === 1,
      })),
  };
}
