import type { Parsed } from "../../../shared/api/contract.ts";
import type { DatasetSummary } from "../../../shared/api/datasets.ts";
import type { PredictSettings } from "../../../shared/api/models.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { importQueries } from "../../db/queries/imports.ts";
import { inferenceQueries, type StoredModel } from "../../db/queries/models.ts";
import { findModel } from "../models/model-list.ts";
import { modelSource, weightsStamp } from "../models/model-source.ts";
import type { OpenProject } from "../projects/open-project.ts";
import { classMapping } from "./class-mapping.ts";
import type { PredictInput } from "./predict-job.ts";

/**
 * Makes the prediction set that the job is to fill, and queues the job. The set is not ready until the job has filled
 * it. Throws `predict/no-class` where no class of the model is one of the dataset.
 */
export function startPrediction(
  { db, jobs }: OpenProject,
  { modelId, datasetId, settings, classes, evaluate, name }: Parsed<"models/predict">,
): { jobId: number; predictionSetId: number } {
  const model = findModel(db, modelId);
  const dataset = findDataset(db, datasetId);
  const source = modelSource(model.path, model.description.preset);
  refuseWrongSize(model, settings);
  const chosen = classes ? checked(classes, dataset) : ownClasses(db, model, dataset);
  if (!chosen.some((id) => id !== null))
    throw new AppError(
      "predict/no-class",
      `No class of "${model.name}" is a class of ${dataset.name}. Say which classes belong together before the run.`,
    );
  const predictionSetId = db.transaction(() => {
    const setId = importQueries(db).insertPredictionSet({
      datasetId,
      name: name || setName(model, settings),
      source: model.path,
      predictionCount: 0,
      imageCount: 0,
      createdAt: Date.now(),
    });
    inferenceQueries(db).insert({
      predictionSetId: setId,
      modelId,
      modelName: model.name,
      stamp: weightsStamp(source),
      settings,
      classes: chosen,
    });
    return setId;
  })();
  const input: PredictInput = { predictionSetId, evaluate };
  const jobId = jobs.start("predict", `Run ${model.name} on ${dataset.name}`, input);
  inferenceQueries(db).setJob(predictionSetId, jobId);
  return { jobId, predictionSetId };
}

/** Throws `dataset/not-found`. */
export function findDataset(db: Db, datasetId: number): DatasetSummary {
  const dataset = datasetQueries(db).byId(datasetId);
  if (dataset) return dataset;
  throw new AppError(
    "dataset/not-found",
    `There is no dataset ${datasetId} in this project; it may have been removed.`,
  );
}

/** What the model would refuse once it runs is refused before. */
function refuseWrongSize({ name, description }: StoredModel, { size }: PredictSettings): void {
  const { sizeStep, input, anySize } = description;
  if (size === null) return;
  if (size.width % sizeStep !== 0 || size.height % sizeStep !== 0)
    throw new AppError(
      "predict/size",
      `settings.size is ${size.width} x ${size.height}; "${name}" takes sides that are multiples of ${sizeStep}.`,
    );
  if (!anySize && input && (size.width !== input.width || size.height !== input.height))
    throw new AppError(
      "predict/size",
      `settings.size is ${size.width} x ${size.height}; "${name}" takes ${input.width} x ${input.height} only. Leave the size out.`,
    );
}

function checked(
  classes: readonly (number | null)[],
  { name, categories }: DatasetSummary,
): readonly (number | null)[] {
  const known = new Set(categories.map(({ id }) => id));
  const wrong = classes.findIndex((id) => id !== null && !known.has(id));
  if (wrong < 0) return classes;
  throw new AppError(
    "predict/category",
    `classes.${wrong}: ${name} has no category ${classes[wrong]}. Choose one of its own.`,
  );
}

/** By name; a dataset without categories gets those of the model. */
function ownClasses(db: Db, model: StoredModel, dataset: DatasetSummary): (number | null)[] {
  const { classes, makesCategories } = classMapping(model.description, dataset.categories);
  if (!makesCategories) return classes.map(({ categoryId }) => categoryId);
  const count = Math.max(model.description.labels.length, model.description.classCount ?? 1);
  const names = Array.from(
    { length: count },
    (_, k) => model.description.labels[k] ?? `class ${k}`,
  );
  return inferenceQueries(db).makeCategories(dataset.id, names);
}

function setName(model: StoredModel, { size, tile }: PredictSettings): string {
  const parts = [model.name];
  if (size) parts.push(`${size.width} × ${size.height}`);
  if (tile) parts.push(`tiles ${tile.size}/${tile.overlap}`);
  return parts.join(" · ");
}
