/** Runs a training in the compute process and keeps what it tells. */
import { dirname } from "node:path";
import type { TrainItem, TrainTask } from "../../../shared/compute/messages.ts";
import { packPictures } from "../../../shared/compute/packed-pictures.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { runTask } from "../../compute/run-task.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { trainingStepQueries } from "../../db/queries/training-steps.ts";
import { trainingQueries, type StoredTraining } from "../../db/queries/training.ts";
import type { JobContext } from "../job-context.ts";
import type { RunnerPorts } from "../jobs/runners.ts";
import { findModel } from "../models/model-list.ts";
import { inSlices } from "../slices.ts";
import { hasCheckpoint, keepTraining, lastSavedStep } from "./keep-training.ts";
import { prepareImages } from "./prepare-images.ts";
import { findTraining, trainingFolder } from "./training-records.ts";

export interface TrainInput {
  readonly trainingId: number;
}

type Ports = Pick<RunnerPorts, "db" | "databasePath" | "events">;

/** A step of a large network takes long, and what is asked for is done after it. */
const PATIENCE_MS = 180_000;
/** A training that ended so can go on from its last checkpoint. */
const resumable = new Set([
  "training/not-saved",
  "compute/crashed",
  "compute/not-started",
  "training/busy",
]);

/** Begins, or goes on from the last checkpoint. Cancelled it is paused; nothing of it is lost. */
export async function trainJob(
  ports: Ports,
  { trainingId }: TrainInput,
  context: JobContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { db } = ports;
  const { name, state } = findTraining(db, trainingId);
  if (state === "done" || state === "stopped")
    throw new AppError("training/ended", `"${name}" has ended: it is ${state}.`);
  trainingQueries(db).end(trainingId, "open", null, null);
  const log = new TrainingLog(ports, trainingId);
  try {
    await runTraining(ports, trainingId, log, context);
    context.signal.throwIfAborted();
  } catch (error) {
    await endEarly(ports, trainingId, log.failure ?? error, context);
    throw log.failure ?? error;
  }
  trainingQueries(db).end(trainingId, "done", null, Date.now());
  // The trainings of an ablation are many; those wanted are kept by hand.
  if (findTraining(db, trainingId).ablationId !== null) return { trainingId };
  const modelId = await keepOrNote(ports, trainingId);
  return { trainingId, ...(modelId === null ? {} : { modelId }) };
}

async function runTraining(
  { db, databasePath }: Ports,
  trainingId: number,
  log: TrainingLog,
  context: JobContext,
): Promise<void> {
  const training = findTraining(db, trainingId);
  context.progress({ phase: "Reading labels", step: 0, total: null, unit: "" });
  const task = await taskOf(training, dirname(databasePath), log, context.signal, db);
  await runTask(task, {
    signal: AbortSignal.any([context.signal, log.broken]),
    patience: PATIENCE_MS,
    progress: context.progress,
    item: (item, stored) => {
      if (log.keep(item)) stored();
    },
  });
}

async function taskOf(
  training: StoredTraining,
  projectFolder: string,
  log: TrainingLog,
  signal: AbortSignal,
  db: Ports["db"],
): Promise<TrainTask & { readonly kind: "train" }> {
  const { id, datasetId, datasetName, settings, start, validation } = training;
  const folder = trainingFolder(projectFolder, id);
  const savedStep = lastSavedStep(folder);
  if (datasetId === null)
    throw new AppError(
      "training/dataset",
      `The dataset "${datasetName}" was removed from the project, so "${training.name}" cannot go on.`,
    );
  const images = await prepareImages(db, { datasetId, validation, settings }, signal);
  const revision = datasetQueries(db).revision(datasetId);
  if (savedStep !== null && revision !== training.datasetRevision)
    log.note(
      `The labels of ${datasetName} were edited; from step ${savedStep} on the new ones count.`,
    );
  trainingQueries(db).setImages(id, {
    trainImages: images.train.length,
    validationImages: images.validation.length,
    trainObjects: images.trainObjects,
    datasetRevision: revision,
  });
  for (const note of images.notes) log.note(note);
  const pause = inSlices(signal);
  return {
    kind: "train",
    folder,
    settings,
    // With a checkpoint of its own the starting point is not read any more, and may be gone.
    start:
      start.kind === "scratch"
        ? { kind: "scratch", network: start.architecture }
        : {
            kind: "checkpoint",
            folder: savedStep === null ? findModel(db, start.modelId).path : folder,
          },
    labels: images.labels,
    train: await packPictures(images.train, pause),
    validation: await packPictures(images.validation, pause),
    resume: true,
  };
}

/** Keeps what the task tells; what cannot be stored ends the task. */
class TrainingLog {
  readonly #ports: Ports;
  readonly #id: number;
  readonly #broken = new AbortController();
  /** Why it cannot go on: a checkpoint, or what it told, could not be written. */
  failure: AppError | null = null;

  constructor(ports: Ports, id: number) {
    this.#ports = ports;
    this.#id = id;
  }

  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  note(text: string): void {
    trainingQueries(this.#ports.db).addNote(this.#id, text);
  }

  /** Whether it is stored. */
  keep(item: TrainItem): boolean {
    if (this.#broken.signal.aborted) return false;
    try {
      const step = this.#store(item);
      this.#ports.events.emit({ type: "training", trainingId: this.#id, step });
      return true;
    } catch (error) {
      this.failure = new AppError(
        "training/not-saved",
        `What the training tells could not be written to the project (${(error as Error).message}). Make room on the disk, then resume.`,
      );
      this.#broken.abort(this.failure);
      return false;
    }
  }

  #store(item: TrainItem): number {
    const { db } = this.#ports;
    const queries = trainingQueries(db);
    const training = findTraining(db, this.#id);
    switch (item.kind) {
      case "began":
        queries.begin(this.#id, item.step, item.steps);
        // It may have been saved while nobody listened.
        queries.setSaved(this.#id, item.step === 0 ? null : item.step);
        return item.step;
      case "steps": {
        const last = item.rows.at(-1)!;
        trainingStepQueries(db).insert(this.#id, item.rows);
        queries.setPosition(this.#id, last.step, last.epoch);
        return last.step;
      }
      case "validated": {
        const { settings } = training;
        queries.addValidation(this.#id, item, item.ap[settings.validation.bucket] ?? null);
        return item.step;
      }
      case "saved":
        if (item.name === "last") queries.setSaved(this.#id, item.step);
        return item.step;
      case "unsaved":
        this.failure = new AppError("training/not-saved", item.message);
        return training.step;
      case "note":
        queries.addNote(this.#id, item.text);
        return training.step;
    }
  }
}

/** Paused, stopped or failed, as it came. */
async function endEarly(
  ports: Ports,
  trainingId: number,
  error: unknown,
  { signal }: JobContext,
): Promise<void> {
  const queries = trainingQueries(ports.db);
  const training = queries.byId(trainingId);
  if (!training) return;
  const told = reasonOf(error);
  if (training.state === "stopped") {
    queries.end(trainingId, "stopped", null, Date.now());
    if (hasCheckpoint(dirname(ports.databasePath), trainingId)) await keepOrNote(ports, trainingId);
    return;
  }
  if (resumable.has(told.code)) queries.end(trainingId, "open", told, null);
  else if (signal.aborted) queries.end(trainingId, "open", null, null);
  else queries.end(trainingId, "failed", told, Date.now());
}

function reasonOf(error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `It stopped at an unexpected error: ${reason}.` };
}

/** A model that cannot be made is told of; the training itself is whole. */
async function keepOrNote(
  { db, databasePath, events }: Ports,
  trainingId: number,
): Promise<number | null> {
  try {
    const modelId = await keepTraining({ db, folder: dirname(databasePath) }, trainingId);
    events.emit({ type: "changed", noun: "models" });
    return modelId;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    trainingQueries(db).addNote(trainingId, `It could not be added to the models: ${reason}`);
    return null;
  }
}
