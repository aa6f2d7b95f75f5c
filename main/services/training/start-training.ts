/** Starting, pausing, going on with, stopping and removing trainings. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { canResume } from "../../../shared/domain/job-states.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { jobQueries } from "../../db/queries/jobs.ts";
import { modelQueries } from "../../db/queries/models.ts";
import { trainingQueries, type StoredTraining } from "../../db/queries/training.ts";
import type { OpenProject } from "../projects/open-project.ts";
import { checkPlan, type CheckedPlan, type TrainingPlan } from "./check-plan.ts";
import { hasCheckpoint, keepTraining } from "./keep-training.ts";
import type { TrainInput } from "./train-job.ts";
import { findTraining, trainingFolder } from "./training-records.ts";

/** Checks the plan and queues the training. Throws as `checkPlan`. */
export async function startTraining(
  project: OpenProject,
  plan: TrainingPlan,
): Promise<{ trainingId: number; jobId: number }> {
  const checked = await checkPlan(project.db, plan);
  const trainingId = addTraining(project.db, plan, checked);
  return { trainingId, jobId: queueTraining(project, trainingId) };
}

/** Puts a training that was checked on the list, without starting it. Returns its id. */
export function addTraining(
  db: Db,
  plan: TrainingPlan,
  checked: CheckedPlan,
  place: { readonly ablationId: number; readonly variant: number } | null = null,
): number {
  const dataset = datasetQueries(db).byId(plan.datasetId)!;
  return trainingQueries(db).insert({
    name: plan.name ?? defaultName(db, plan),
    datasetId: plan.datasetId,
    datasetName: dataset.name,
    datasetRevision: dataset.revision,
    preset: plan.preset,
    settings: plan.settings,
    start: plan.start,
    validation: plan.validation,
    steps: checked.steps,
    trainImages: checked.trainImages,
    validationImages: checked.validationImages,
    trainObjects: checked.trainObjects,
    notes: checked.notes,
    ablationId: place?.ablationId ?? null,
    variant: place?.variant ?? null,
    createdAt: Date.now(),
  });
}

/** Queues the job that begins or goes on. Returns the job's id. */
export function queueTraining({ db, jobs }: OpenProject, trainingId: number): number {
  const { name } = findTraining(db, trainingId);
  const jobId = jobs.start("train", `Train ${name}`, { trainingId } satisfies TrainInput);
  trainingQueries(db).setJob(trainingId, jobId);
  return jobId;
}

function defaultName(db: Db, { start, datasetId }: TrainingPlan): string {
  const what =
    start.kind === "scratch"
      ? `RT-DETR ${start.architecture}`
      : (modelQueries(db).byId(start.modelId)?.name ?? "Model");
  const base = `${what} on ${datasetQueries(db).byId(datasetId)?.name ?? "images"}`;
  const taken = new Set(
    trainingQueries(db)
      .all()
      .map(({ name }) => name),
  );
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base} ${n}`;
    if (!taken.has(name)) return name;
  }
}

/** Saves and ends at the next step. One that is not running is left as it is. */
export function pauseTraining({ db, jobs }: OpenProject, trainingId: number): StoredTraining {
  const { state, jobId } = findTraining(db, trainingId);
  if ((state === "running" || state === "queued") && jobId !== null) jobs.cancel(jobId);
  return findTraining(db, trainingId);
}

/** Throws `training/cannot-resume` for one that runs, is done or was stopped. */
export function resumeTraining(project: OpenProject, trainingId: number): number {
  const { db, jobs } = project;
  const { name, state, jobId } = findTraining(db, trainingId);
  if (state !== "paused" && state !== "failed")
    throw new AppError(
      "training/cannot-resume",
      `"${name}" is ${state}; only a paused or failed training can go on.`,
    );
  const job = jobId === null ? null : jobQueries(db).byId(jobId);
  // The job in the list goes on, so that it cannot be started a second time from there.
  if (job === null || !canResume(job.state)) return queueTraining(project, trainingId);
  trainingQueries(db).setJob(trainingId, job.id);
  return jobs.resume(job.id).id;
}

/** Ends it for good and keeps it; a running one does so after its next step. */
export async function stopTraining(
  project: OpenProject,
  trainingId: number,
): Promise<StoredTraining> {
  const { db, jobs, folder } = project;
  const { name, state, jobId } = findTraining(db, trainingId);
  if (state === "done" || state === "stopped")
    throw new AppError("training/ended", `"${name}" has ended already: it is ${state}.`);
  const runs = state === "running";
  trainingQueries(db).end(trainingId, "stopped", null, runs ? null : Date.now());
  if (jobId !== null && (runs || state === "queued")) jobs.cancel(jobId);
  if (!runs && hasCheckpoint(folder, trainingId)) await keepTraining({ db, folder }, trainingId);
  return findTraining(db, trainingId);
}

/** Throws `training/running`. Checkpoints that are models of the project stay. */
export function removeTraining({ db, jobs, folder }: OpenProject, trainingId: number): void {
  const { name, jobId } = findTraining(db, trainingId);
  const job = jobId === null ? null : jobQueries(db).byId(jobId);
  if (job?.state === "running")
    throw new AppError(
      "training/running",
      `"${name}" is still at work. Pause or stop it, then remove it.`,
    );
  if (job?.state === "queued") jobs.cancel(job.id);
  trainingQueries(db).remove(trainingId);
  const own = trainingFolder(folder, trainingId);
  const models = modelQueries(db);
  let left = 0;
  for (const part of entriesOf(own)) {
    if (models.byPath(join(own, part))) left += 1;
    else rmSync(join(own, part), { recursive: true, force: true });
  }
  if (left === 0) rmSync(own, { recursive: true, force: true });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it never saved anything
  }
}
