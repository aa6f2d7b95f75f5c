/** What is told of trainings: lists and details. Their curves are in training-curves.ts. */
import { join } from "node:path";
import type { TrainingDetail, TrainingSummary } from "../../../shared/api/training.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { settingChanges } from "../../../shared/domain/training-values.ts";
import { trainingPresets } from "../../../shared/domain/training.ts";
import type { Db } from "../../db/open.ts";
import { trainingQueries, type StoredTraining } from "../../db/queries/training.ts";

/** Throws `training/not-found`. */
export function findTraining(db: Db, id: number): StoredTraining {
  const found = trainingQueries(db).byId(id);
  if (found) return found;
  throw new AppError(
    "training/not-found",
    `There is no training ${id} in this project; it may have been removed.`,
  );
}

export function trainingFolder(projectFolder: string, id: number): string {
  return join(projectFolder, "checkpoints", String(id));
}

export function toSummary(row: StoredTraining): TrainingSummary {
  const { id, name, state, jobId, datasetId, datasetName, preset, settings, step, steps, epoch } =
    row;
  const { best, ablationId, modelId, createdAt, endedAt } = row;
  return {
    id,
    name,
    state,
    jobId,
    datasetId,
    datasetName,
    preset,
    isChanged: settingChanges(trainingPresets[preset], settings).some(([key]) => key !== "seed"),
    step,
    steps,
    epoch,
    epochs: settings.epochs,
    best,
    ablationId,
    modelId,
    error: row.error ?? (row.interrupted ? interruption : null),
    createdAt,
    endedAt,
  };
}

const interruption = {
  code: "training/interrupted",
  message: "It was interrupted when Fovea ended. It can go on from what it saved last.",
};

export function trainingDetail(db: Db, projectFolder: string, id: number): TrainingDetail {
  const row = findTraining(db, id);
  return {
    ...toSummary(row),
    settings: row.settings,
    start: row.start,
    validationSource: row.validation,
    trainImages: row.trainImages,
    validationImages: row.validationImages,
    trainObjects: row.trainObjects,
    folder: trainingFolder(projectFolder, id),
    validations: trainingQueries(db).validations(id),
    notes: row.notes,
  };
}
