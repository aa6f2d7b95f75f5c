import { basename } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { exportQueries } from "../../db/queries/exports.ts";
import type { OpenProject } from "../projects/open-project.ts";
import type { DatasetExport, ExportInput } from "./export-job.ts";

/** Queues the export of labels. Returns the job's id. Throws `dataset/not-found`. */
export function startDatasetExport(project: OpenProject, input: DatasetExport): number {
  const dataset = exportQueries(project.db).dataset(input.datasetId);
  if (dataset === null) {
    throw new AppError(
      "dataset/not-found",
      `There is no dataset ${input.datasetId} in this project; it may have been removed.`,
    );
  }
  return start(project, dataset.name, { labels: input }, input.path);
}

/** Queues the export of predictions. Returns the job's id. Throws `prediction-set/not-found`. */
export function startPredictionExport(
  project: OpenProject,
  input: Extract<ExportInput, { readonly predictions: unknown }>["predictions"],
): number {
  const set = exportQueries(project.db).predictionSet(input.predictionSetId);
  if (set === null) {
    throw new AppError(
      "prediction-set/not-found",
      `There is no prediction set ${input.predictionSetId} in this project; it may have been removed.`,
    );
  }
  return start(project, set.name, { predictions: input }, input.path);
}

function start(project: OpenProject, name: string, input: ExportInput, path: string): number {
  return project.jobs.start("export", `Export ${name} to ${basename(path)}`, input);
}
