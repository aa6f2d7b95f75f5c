import type { ProtocolId } from "../../../shared/domain/protocols.ts";
import type { PredictedImage, PredictTask } from "../../../shared/compute/messages.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { runTask } from "../../compute/run-task.ts";
import type { Db } from "../../db/open.ts";
import { packPredictions } from "../../db/prediction-blob.ts";
import { importQueries } from "../../db/queries/imports.ts";
import { inferenceQueries, type StoredInference } from "../../db/queries/models.ts";
import { resolveInside } from "../../files/inside-root.ts";
import { purgePredictionSet } from "../imports/purge.ts";
import type { JobContext } from "../job-context.ts";
import type { RunnerPorts } from "../jobs/runners.ts";
import { modelSource, weightsStamp } from "../models/model-source.ts";
import { findModel } from "../models/model-list.ts";
import { evaluateJob } from "../runs/evaluate-job.ts";

export interface PredictInput {
  readonly predictionSetId: number;
  /** null: the predictions are all that is wanted. */
  readonly evaluate: ProtocolId | null;
}

export interface PredictOutcome extends Readonly<Record<string, unknown>> {
  readonly datasetId: number;
  readonly predictionSetId: number;
  readonly runId?: number;
}

/**
 * Fills a prediction set image by image, then evaluates it. Started again after a crash or an interruption it does
 * only what is left; a cancelled one takes away what it made.
 */
export async function predictJob(
  ports: RunnerPorts,
  { predictionSetId, evaluate }: PredictInput,
  context: JobContext,
): Promise<PredictOutcome> {
  const { db, events } = ports;
  const inference = findInference(db, predictionSetId);
  try {
    const made = inference.ready ? {} : await fill(db, inference, context);
    events.emit({ type: "changed", noun: "predictionSets" });
    const { datasetId } = inference;
    if (evaluate === null) return { datasetId, predictionSetId, ...made };
    const { runId } = await evaluateJob(ports, { predictionSetId, protocol: evaluate }, context);
    return { datasetId, predictionSetId, ...made, runId };
  } catch (error) {
    const reason: unknown = context.signal.reason;
    if (
      reason instanceof AppError &&
      reason.code === "job/cancelled" &&
      !isReady(db, predictionSetId)
    )
      await purgePredictionSet(db, predictionSetId);
    throw error;
  }
}

function findInference(db: Db, setId: number): StoredInference {
  const found = inferenceQueries(db).byId(setId);
  if (found) return found;
  throw new AppError(
    "predict/gone",
    "What this job had found so far is no longer in the project. Run the model again.",
  );
}

function isReady(db: Db, setId: number): boolean {
  return inferenceQueries(db).byId(setId)?.ready ?? false;
}

async function fill(db: Db, inference: StoredInference, context: JobContext) {
  const { predictionSetId: setId, datasetId, settings } = inference;
  const queries = inferenceQueries(db);
  const model = sourceOf(db, inference);
  queries.forgetProblems(setId);
  const finished = queries.finished(setId);
  const { root, images } = findImages(db, datasetId);
  const rest = images.filter(({ id }) => !finished.has(id));
  const found = rest.flatMap(({ id, path }) => {
    try {
      return [{ id, path: resolveInside(root, path) }];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      queries.keepProblem(setId, id, error.message);
      return [];
    }
  });
  const before = images.length - found.length;
  const task: PredictTask = { kind: "predict", model, images: found, ...settings };
  if (found.length > 0)
    await runStoring(task, context, before, images.length, (image) => keep(db, inference, image));
  const problems = queries.problems(setId);
  if (images.length > 0 && problems.problemCount === images.length)
    throw new AppError(
      "predict/no-picture",
      `None of the ${images.length} images could be read. The first: ${problems.problems[0]!.message}`,
    );
  const { predictions } = finish(db, inference, problems);
  return { images: images.length, failed: problems.problemCount, predictions };
}

/** Throws `predict/model-changed` where other weights lie at the model's place than when the set was begun. */
function sourceOf(db: Db, { modelId, modelName, stamp }: StoredInference) {
  if (modelId === null)
    throw new AppError(
      "model/not-found",
      `"${modelName}" was removed from the project. Add it again and run it anew.`,
    );
  const { path, description } = findModel(db, modelId);
  const source = modelSource(path, description.preset);
  if (weightsStamp(source) === stamp) return source;
  throw new AppError(
    "predict/model-changed",
    `The weights of "${modelName}" were changed since this job began, so what it found does not go together with them. Run the model anew.`,
  );
}

function findImages(db: Db, datasetId: number) {
  const dataset = importQueries(db).readyDataset(datasetId);
  if (!dataset)
    throw new AppError("dataset/not-found", `There is no dataset ${datasetId} any more.`);
  return { root: dataset.root, images: inferenceQueries(db).images(datasetId) };
}

/** Runs the task and hands on every image; what storing one throws ends the task. */
async function runStoring(
  task: PredictTask,
  context: JobContext,
  before: number,
  total: number,
  store: (image: PredictedImage) => void,
): Promise<void> {
  const stop = new AbortController();
  try {
    await runTask(task, {
      signal: AbortSignal.any([context.signal, stop.signal]),
      progress: ({ phase, step, unit }) =>
        context.progress({ phase, step: before + step, total, unit }),
      item: (image) => {
        if (stop.signal.aborted || context.signal.aborted) return;
        try {
          store(image);
        } catch (error) {
          stop.abort(error);
        }
      },
    });
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error;
  }
}

function keep(db: Db, { predictionSetId, classes }: StoredInference, image: PredictedImage): void {
  const queries = inferenceQueries(db);
  if (image.problem !== null) {
    queries.keepProblem(predictionSetId, image.imageId, image.problem);
    return;
  }
  const rows = Array.from(image.scores.keys()).filter((k) => categoryOf(k) !== null);
  function categoryOf(k: number): number | null {
    return classes[image.classes[k]!] ?? null;
  }
  const data = packPredictions({
    boxes: Float64Array.from(rows.flatMap((k) => [...image.boxes.subarray(k * 4, k * 4 + 4)])),
    scores: Float64Array.from(rows, (k) => image.scores[k]!),
    categoryIds: Int32Array.from(rows, (k) => categoryOf(k)!),
  });
  const atSeam = image.atSeam && Uint8Array.from(rows, (k) => image.atSeam![k]!);
  queries.keep(predictionSetId, image.imageId, { count: rows.length, data }, atSeam);
}

function finish(
  db: Db,
  { predictionSetId, datasetId, modelName }: StoredInference,
  { problemCount, problems }: ReturnType<ReturnType<typeof inferenceQueries>["problems"]>,
) {
  return db.transaction(() => {
    const [first] = problems;
    if (first)
      importQueries(db).insertProblem(datasetId, {
        code: "predict/unreadable-image",
        severity: "warning",
        file: first.path,
        record: null,
        message: `${modelName} could not be run on it: ${first.message}`,
        action: "skipped",
        count: problemCount,
      });
    return inferenceQueries(db).finish(predictionSetId);
  })();
}
