import { dirname } from "node:path";
import type { ImportPlan, ImportResult, PredictionFormat } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { Db } from "../../db/open.ts";
import { importQueries } from "../../db/queries/imports.ts";
import { isInside, resolveInside } from "../../files/inside-root.ts";
import { PictureIndex } from "../../files/picture-index.ts";
import { realFolder, scanFolder } from "../../files/scan-folder.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { DatasetWriter } from "./dataset-writer.ts";
import { detectPredictionFormat } from "./detect-predictions.ts";
import { imagesOnly } from "./images-only.ts";
import type { ReadContext } from "./label-source.ts";
import type { Pace } from "./pace.ts";
import { KnownDataset, type PredictionSource } from "./prediction-source.ts";
import { PredictionTable } from "./prediction-table.ts";
import { writePredictions } from "./prediction-writer.ts";
import { purgeDataset, purgePredictionSet } from "./purge.ts";
import { labelReaders, predictionReaders } from "./readers.ts";

/**
 * Imports a folder into a dataset of its own, labels and predictions together. Where anything stops it, all it wrote
 * is taken away again and the error goes on.
 */
export async function runImport(db: Db, plan: ImportPlan, pace: Pace): Promise<ImportResult> {
  const context = readContext(plan, pace);
  const writer = new DatasetWriter(db, {
    name: plan.datasetName,
    root: context.imageRoot,
    labelFormat: plan.labels?.format ?? null,
    labelPath: plan.labels === null ? null : placeOf(context.root, plan.labels.path),
  });
  try {
    if (plan.labels === null) {
      await imagesOnly(context, writer);
    } else {
      const { format, path, vocOffset } = plan.labels;
      await labelReaders[format](
        {
          format,
          path: placeOf(context.root, path),
          name: path === "" ? "." : path,
          vocOffset: vocOffset ?? null,
        },
        context,
        writer,
      );
    }
    writer.flush();
    const predictionSetIds = readPredictions(db, plan, writer.datasetId, context);
    writer.finish(context.problems, predictionSetIds);
    return {
      datasetId: writer.datasetId,
      predictionSetIds,
      problemCount: context.problems.total,
    };
  } catch (error) {
    writer.abandon();
    await purgeDataset(db, writer.datasetId);
    throw error;
  }
}

export interface AddPredictions {
  readonly datasetId: number;
  readonly path: string;
  /** null: detected. */
  readonly format: PredictionFormat | null;
  readonly name: string;
}

/** Adds predictions to a dataset that is there. */
export async function runAddPredictions(
  db: Db,
  { datasetId, path, format, name }: AddPredictions,
  pace: Pace,
): Promise<ImportResult> {
  const queries = importQueries(db);
  const dataset = queries.readyDataset(datasetId);
  if (dataset === undefined) {
    throw new AppError("dataset/not-found", `There is no dataset ${datasetId}. Reload the page.`);
  }
  const problems = new ProblemLog();
  const known = new KnownDataset(queries.images(datasetId), queries.categories(datasetId));
  const chosen = format ?? detectPredictionFormat(path, known);
  const table = new PredictionTable();
  const source: PredictionSource = { format: chosen, path, name: path };
  predictionReaders[chosen](
    source,
    { known, root: commonFolder(path, dataset.root), problems, pace },
    table,
  );
  refuseNone(table, source, problems);
  let setId: number | null = null;
  try {
    setId = writePredictions(db, { datasetId, name, source: path }, table, known, pace);
    finishPredictions(db, datasetId, setId, problems);
  } catch (error) {
    if (setId !== null) await purgePredictionSet(db, setId);
    throw error;
  }
  return { datasetId, predictionSetIds: [setId], problemCount: problems.total };
}

/** The nearest folder above the predictions that holds the dataset's pictures, too; null where that is far up. */
function commonFolder(path: string, imageRoot: string): string | null {
  let folder = path;
  for (let level = 0; level < 3; level += 1) {
    folder = dirname(folder);
    if (isInside(folder, imageRoot)) return folder;
  }
  return null;
}

function finishPredictions(db: Db, datasetId: number, setId: number, problems: ProblemLog): void {
  const queries = importQueries(db);
  // Few problem rows: they are grouped, so one short transaction holds all.
  db.transaction(() => {
    for (const problem of problems.list()) queries.insertProblem(datasetId, problem);
    queries.markPredictionSetReady(setId);
  }).immediate();
}

function readContext(plan: ImportPlan, pace: Pace): ReadContext {
  const root = realFolder(plan.root);
  const imageRoot = placeOf(root, plan.imageRoot);
  const problems = new ProblemLog();
  let folders = 0;
  const scanned = scanFolder(imageRoot, problems, () => {
    pace.at("Looking for pictures", (folders += 1), null, "folders");
  });
  return { root, imageRoot, pictures: new PictureIndex(scanned), problems, pace };
}

/** The absolute place of a path of the plan, checked to lie in the opened folder. */
function placeOf(root: string, path: string): string {
  return path === "" || path === "." ? root : resolveInside(root, path);
}

function readPredictions(
  db: Db,
  plan: ImportPlan,
  datasetId: number,
  { root, problems, pace }: ReadContext,
): readonly number[] {
  if (plan.predictions.length === 0) return [];
  const queries = importQueries(db);
  const known = new KnownDataset(queries.images(datasetId), queries.categories(datasetId));
  return plan.predictions.map(({ format, path, name }) => {
    const table = new PredictionTable();
    const source: PredictionSource = {
      format,
      path: placeOf(root, path),
      name: path === "" ? "." : path,
    };
    predictionReaders[format](source, { known, root, problems, pace }, table);
    refuseNone(table, source, problems);
    return writePredictions(db, { datasetId, name, source: source.path }, table, known, pace);
  });
}

/** Predictions of which not one fits the dataset are a mistake, not a result. */
function refuseNone(table: PredictionTable, source: PredictionSource, problems: ProblemLog): void {
  if (table.count > 0) return;
  const worst = problems.list().find(({ file }) => file.startsWith(source.name));
  if (worst === undefined) return; // A detector that found nothing is allowed.
  throw new AppError(
    "predictions/none-fit",
    `None of the predictions in ${source.name} fits this dataset (${worst.record ?? worst.file}: ${worst.message}). Choose other predictions or another format.`,
    { problems: problems.list() },
  );
}
