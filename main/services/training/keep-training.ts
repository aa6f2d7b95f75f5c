/** Makes a model of the project out of a training's checkpoint. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { modelQueries } from "../../db/queries/models.ts";
import { trainingQueries, type StoredTraining } from "../../db/queries/training.ts";
import { addModel, renameModel } from "../models/model-list.ts";
import { findTraining, trainingFolder } from "./training-records.ts";

/** What a model needs of a checkpoint; the optimizer's state stays behind. */
const FILES = ["config.json", "model.safetensors", "preprocessor_config.json"];
const STATE = "state.json";

export interface KeepPorts {
  readonly db: Db;
  /** Of the project. */
  readonly folder: string;
}

/**
 * Copies the best checkpoint, else the last, to a folder of its own, so that going on does not change it, and puts it on
 * the list of models. The same step is not kept twice. Returns the model's id. Throws `training/no-checkpoint`.
 */
export async function keepTraining(
  { db, folder }: KeepPorts,
  trainingId: number,
  name?: string,
): Promise<number> {
  const training = findTraining(db, trainingId);
  const own = trainingFolder(folder, trainingId);
  const { place, step } = await copied(own, training);
  const known = modelQueries(db).byPath(place);
  if (known) {
    if (name !== undefined) renameModel(db, { modelId: known.id, name });
    return known.id;
  }
  const model = await addModel(db, { path: place, name: name ?? training.name, answers: null });
  renameModel(db, { modelId: model.id, name: model.name, notes: notesOf(training, step) });
  trainingQueries(db).setModel(trainingId, model.id);
  return model.id;
}

export function hasCheckpoint(projectFolder: string, trainingId: number): boolean {
  return checkpointToKeep(trainingFolder(projectFolder, trainingId)) !== null;
}

/** Step of the checkpoint that a training in this folder goes on from; null where it begins. */
export function lastSavedStep(folder: string): number | null {
  const place = ["last", "last.old"]
    .map((name) => join(folder, name))
    .find((one) => existsSync(join(one, STATE)));
  return place === undefined ? null : readStep(place);
}

function checkpointToKeep(folder: string): string | null {
  return (
    ["best", "best.old", "last", "last.old"]
      .map((name) => join(folder, name))
      .find((place) => existsSync(join(place, STATE))) ?? null
  );
}

const TRIALS = 5;

/** The training may replace the checkpoint while it is copied; then the new one is taken. */
async function copied(
  folder: string,
  { name }: StoredTraining,
): Promise<{ place: string; step: number }> {
  for (let trial = 1; ; trial++) {
    const from = checkpointToKeep(folder);
    if (from === null)
      throw new AppError(
        "training/no-checkpoint",
        `"${name}" has saved no checkpoint yet. Wait for the first one, or pause it, which saves one.`,
      );
    try {
      const step = readStep(from);
      const place = join(folder, `kept-${step}`);
      if (!existsSync(place)) copyWhole(from, place);
      if (readStep(from) !== step && trial < TRIALS) continue;
      return { place, step };
    } catch (error) {
      if (trial === TRIALS)
        throw new AppError(
          "training/not-kept",
          `The checkpoint ${from} could not be copied: ${(error as Error).message}. Make room on the disk and try again.`,
        );
      await pause(200);
    }
  }
}

function readStep(folder: string): number {
  return (JSON.parse(readFileSync(join(folder, STATE), "utf8")) as { step: number }).step;
}

function copyWhole(from: string, to: string): void {
  const fresh = `${to}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    for (const file of FILES) cpSync(join(from, file), join(fresh, file));
    renameSync(fresh, to);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
}

function notesOf({ name, datasetName, best, settings }: StoredTraining, step: number): string {
  const parts = [`Trained here as "${name}" on ${datasetName}, step ${step}.`];
  if (best?.step === step)
    parts.push(`Validation AP (${settings.validation.bucket}) ${(100 * best.ap).toFixed(1)}.`);
  const { tile } = settings;
  if (tile)
    parts.push(
      `Trained on tiles of ${tile.size} px sharing ${tile.overlap} px: run it on such tiles.`,
    );
  return parts.join(" ");
}
