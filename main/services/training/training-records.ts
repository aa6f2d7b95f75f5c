/** What is told of trainings: lists, details, curves. */
import { join } from "node:path";
import type {
  TrainingCurves,
  TrainingDetail,
  TrainingSummary,
} from "../../../shared/api/training.ts";
import type { ReweightingSummary, TrainingStepRow } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { settingChanges } from "../../../shared/domain/training-values.ts";
import { trainingPresets } from "../../../shared/domain/training.ts";
import type { Db } from "../../db/open.ts";
import { trainingStepQueries } from "../../db/queries/training-steps.ts";
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

/** At most `points` of the steps after `after`, the last one among them. */
export function trainingCurves(
  db: Db,
  { trainingId, after, points }: { trainingId: number; after: number; points: number },
): TrainingCurves {
  findTraining(db, trainingId);
  const queries = trainingStepQueries(db);
  const lastStep = queries.last(trainingId);
  const first = queries.firstAfter(trainingId, after);
  const steps = first === null ? [] : thinned(first, lastStep, points);
  return { trainingId, lastStep, ...columnsOf(queries.chosen(trainingId, steps)) };
}

function thinned(first: number, last: number, points: number): number[] {
  const stride = Math.ceil((last - first + 1) / points);
  const steps: number[] = [];
  // Counted back from the last, which is always wanted.
  for (let step = last; step >= first; step -= stride) steps.push(step);
  return steps.reverse();
}

function columnsOf(
  rows: readonly TrainingStepRow[],
): Omit<TrainingCurves, "trainingId" | "lastStep"> {
  const names = [...new Set(rows.flatMap(({ terms }) => Object.keys(terms)))];
  const summaries = (part: "both" | "cls" | "reg") => {
    const column = (key: keyof ReweightingSummary) =>
      rows.map(({ reweighting }) => reweighting?.[part][key] ?? null);
    return {
      weightMean: column("weightMean"),
      weightDeviation: column("weightDeviation"),
      ratioMean: column("ratioMean"),
      ratioDeviation: column("ratioDeviation"),
      weightAtHalf: column("weightAtHalf"),
    };
  };
  return {
    step: rows.map(({ step }) => step),
    epoch: rows.map(({ epoch }) => epoch),
    loss: rows.map(({ loss }) => loss),
    terms: Object.fromEntries(
      names.map((name) => [name, rows.map(({ terms }) => terms[name] ?? null)]),
    ),
    learningRate: rows.map(({ learningRate }) => learningRate),
    gradientNorm: rows.map(({ gradientNorm }) => gradientNorm),
    ...summaries("both"),
    tasks: { cls: summaries("cls"), reg: summaries("reg") },
    pointsOutside: rows.map(({ pointsOutside }) => pointsOutside),
    throughput: rows.map(({ throughput }) => throughput),
    waited: rows.map(({ waited }) => waited),
    memory: rows.map(({ memory }) => memory),
    tensors: rows.map(({ tensors }) => tensors),
  };
}
