/** Looks a plan of a training through before it starts. */
import type { Output, Parsed } from "../../../shared/api/contract.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { validationRanges } from "../../../shared/domain/training-fields.ts";
import { stepsPerEpoch, type TrainingSettings } from "../../../shared/domain/training.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { modelQueries } from "../../db/queries/models.ts";
import { modelSource } from "../models/model-source.ts";
import { prepareImages } from "./prepare-images.ts";

export type TrainingPlan = Parsed<"training/start">;
export type CheckedPlan = Output<"training/check">;

/** Throws an error of `training/` that names the field where the plan cannot work. */
export async function checkPlan(
  db: Db,
  plan: TrainingPlan,
  signal: AbortSignal = new AbortController().signal,
): Promise<CheckedPlan> {
  checkSettings(plan.settings);
  checkStart(db, plan);
  const { notes, ...counts } = await countImages(db, plan, signal);
  const { batch, epochs } = plan.settings;
  return {
    ...counts,
    steps: stepsPerEpoch(counts.trainImages, batch) * epochs,
    notes: [...notes, ...notesOf(plan, counts.trainImages)],
  };
}

type Counts = Omit<CheckedPlan, "steps">;

/** The last ones of each project: the form asks with every change, and few changes touch the images. */
const lastCounts = new WeakMap<Db, { readonly key: string; readonly counts: Counts }>();

async function countImages(db: Db, plan: TrainingPlan, signal: AbortSignal): Promise<Counts> {
  const { datasetId, validation, settings } = plan;
  const state = (id: number) => {
    const { root = null, revision = null } = datasetQueries(db).byId(id) ?? {};
    return [id, root, revision];
  };
  const key = JSON.stringify([
    state(datasetId),
    validation,
    validation.kind === "dataset" ? state(validation.datasetId) : settings.seed,
    settings.tile,
  ]);
  const known = lastCounts.get(db);
  if (known?.key === key) return known.counts;
  const images = await prepareImages(db, { datasetId, validation, settings }, signal);
  const counts = {
    trainImages: images.train.length,
    validationImages: images.validation.length,
    trainObjects: images.trainObjects,
    notes: images.notes,
  };
  lastCounts.set(db, { key, counts });
  return counts;
}

function checkSettings({ tile, validation }: TrainingSettings): void {
  if (tile && tile.overlap >= tile.size)
    throw new AppError(
      "training/tile",
      `settings.tile.overlap is ${tile.overlap}; it must be less than settings.tile.size, which is ${tile.size}.`,
    );
  const known = validationRanges.map(({ label }) => label);
  if (!known.includes(validation.bucket))
    throw new AppError(
      "training/bucket",
      `settings.validation.bucket is "${validation.bucket}"; it must be one of ${known.join(", ")}.`,
    );
}

function checkStart(db: Db, { start }: TrainingPlan): void {
  if (start.kind === "scratch") return;
  const model = modelQueries(db).byId(start.modelId);
  if (!model)
    throw new AppError(
      "training/model",
      `start.modelId: there is no model ${start.modelId} in this project. Add it on the models page, or start from scratch.`,
    );
  if (model.kind !== "rtdetr")
    throw new AppError(
      "training/model",
      `start.modelId: "${model.name}" is an ONNX file, which cannot be trained. Choose an RT-DETR checkpoint.`,
    );
  modelSource(model.path, null);
}

function notesOf({ settings, validation }: TrainingPlan, images: number): string[] {
  const notes: string[] = [];
  const { samplePoints, reweighting, batch } = settings;
  if (images < batch)
    notes.push(
      `There are fewer images (${images}) than a batch takes (${batch}): some come twice.`,
    );
  if (samplePoints?.mode === "boundary")
    notes.push(
      "Sample point refinement in the mode boundary also pushes points outward that are slightly outside.",
    );
  if (samplePoints?.units === "box" && samplePoints.offsetWeight > 0.2)
    notes.push(
      `Sample point refinement in units of the box weighs ${samplePoints.offsetWeight}; beyond about 0.1 it outweighs the task.`,
    );
  if (reweighting?.variant === "paper")
    notes.push(
      "Reweighting as printed in the paper is known to collapse to a constant within a few hundred steps; the variant stable does not.",
    );
  if (validation.kind !== "none" && settings.validation.everyEpochs > settings.epochs)
    notes.push("AP is measured once, after the last epoch.");
  return notes;
}
