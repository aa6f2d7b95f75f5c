import type { LiveScore } from "../../shared/api/live.ts";
import { liveEvaluation, type LiveEvaluation } from "../../shared/evaluation/live.ts";
import type { EvaluationResult } from "../../shared/evaluation/types.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import { scoredLabels, scoringRows } from "./evaluation-set.ts";
import { changedImages } from "./follow-edits.ts";
import type { LoadedColumns } from "./loaded-columns.ts";
import type { AnalysisState } from "./methods.ts";
import { bucketAp, summaryRows } from "./report.ts";
import { storedRun, type StoredRun } from "./stored-run.ts";

/** Two runs to compare; each holds as much memory as its predictions. */
const MOST_KEPT = 2;

interface LiveRun {
  readonly evaluation: LiveEvaluation;
  /** What it has followed. */
  revision: number;
}

/** Evaluations that follow edits, those that were asked for last. */
export class LiveRuns {
  readonly #queries: ColumnQueries;
  readonly #columns: LoadedColumns;
  /** By dataset, predictions and parameters; the last asked for stands last. */
  readonly #kept = new Map<string, LiveRun>();

  constructor(queries: ColumnQueries, columns: LoadedColumns) {
    this.#queries = queries;
    this.#columns = columns;
  }

  /** The result for the labels as they are now. */
  result(run: StoredRun): { readonly revision: number; readonly result: EvaluationResult } {
    const { dataset, predictions } = this.#columns.predictions(run.predictionSetId);
    const classes = dataset.categories.map(({ id, role }) => [id, role]);
    const key = JSON.stringify([dataset.imagesKey, classes, predictions.key, run.params]);
    const kept = this.#take(key);
    const live =
      kept && this.#follow(kept, dataset)
        ? kept
        : {
            evaluation: liveEvaluation(
              scoringRows(dataset, predictions, run.params.protocol).set,
              run.params,
            ),
            revision: dataset.revision,
          };
    this.#keep(key, live);
    return { revision: live.revision, result: live.evaluation.result() };
  }

  /** Taken out: an evaluation that fails half way is not used again. */
  #take(key: string): LiveRun | null {
    const kept = this.#kept.get(key) ?? null;
    this.#kept.delete(key);
    return kept;
  }

  #keep(key: string, live: LiveRun): void {
    this.#kept.set(key, live);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
  }

  /** False where it is not known what changed. */
  #follow(live: LiveRun, dataset: DatasetColumns): boolean {
    const images = changedImages(this.#queries, dataset, live.revision);
    if (images === null) return false;
    for (const image of images) {
      const { truth, regions } = scoredLabels(dataset, image);
      live.evaluation.replaceTruth(image, truth, regions);
    }
    live.revision = dataset.revision;
    return true;
  }
}

/** A run's numbers for the labels as they are now. Throws `run/not-found`. */
export function liveScore(
  { live, queries }: AnalysisState,
  { runId }: { readonly runId: number },
): LiveScore {
  const began = performance.now();
  const { revision, result } = live.result(storedRun(queries, runId));
  return {
    runId,
    revision,
    headline: result.summary["AP"] ?? null,
    summary: summaryRows(result),
    buckets: result.params.areaRanges.map(({ label, low, high }, a) => ({
      label,
      low,
      high,
      truthCount: result.truthCounts[a]!,
      ...bucketAp(result, a),
    })),
    took: performance.now() - began,
  };
}
