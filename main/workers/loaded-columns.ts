import { AppError } from "../../shared/domain/app-error.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { JobProgress } from "../services/job-context.ts";
import {
  datasetKey,
  datasetNotFound,
  loadDataset,
  type DatasetColumns,
} from "./dataset-columns.ts";
import { followEdits } from "./follow-edits.ts";
import { LruCache } from "./lru-cache.ts";
import { loadPredictions, type PredictionSetColumns } from "./prediction-columns.ts";

const LIMIT_BYTES = 2 ** 30;

/** Datasets and prediction sets as columns, kept between calls. Datasets follow the edits of their labels. */
export class LoadedColumns {
  readonly #queries: ColumnQueries;
  readonly #datasets = new LruCache<DatasetColumns>(LIMIT_BYTES / 2);
  /** By dataset: the key of what was asked for last. */
  readonly #latest = new Map<number, string>();
  readonly #predictions = new LruCache<PredictionSetColumns>(LIMIT_BYTES);

  constructor(queries: ColumnQueries) {
    this.#queries = queries;
  }

  /** Throws `dataset/not-found`. */
  dataset(id: number): DatasetColumns {
    return this.#queries.snapshot(() => {
      const state = this.#queries.datasetState(id);
      if (state === null) throw datasetNotFound(id);
      const key = datasetKey(id, state);
      const latest = this.#latest.get(id) ?? key;
      this.#latest.set(id, key);
      // Nobody asks for the labels of an earlier revision again.
      const before = latest === key ? null : this.#datasets.take(latest);
      return this.#datasets.get(
        key,
        () =>
          (before && followEdits(this.#queries, before, state)) ?? loadDataset(this.#queries, id),
      );
    });
  }

  /** Throws `prediction-set/not-found`. */
  predictions(
    setId: number,
    report: (at: JobProgress) => void = () => undefined,
  ): {
    readonly dataset: DatasetColumns;
    readonly predictions: PredictionSetColumns;
  } {
    const state = this.#queries.predictionSetState(setId);
    if (state === null) {
      throw new AppError(
        "prediction-set/not-found",
        `There is no prediction set ${setId} in this project; it may have been removed.`,
      );
    }
    const dataset = this.dataset(state.datasetId);
    // Image and category rows of a dataset never change their index without a change of its image list.
    const shape = `${dataset.images.length}x${dataset.categories.length}`;
    const key = `${setId}/${state.createdAt} ${state.predictionCount} ${shape}`;
    const predictions = this.#predictions.get(key, () =>
      loadPredictions(this.#queries, { setId, key }, dataset, report),
    );
    return { dataset, predictions };
  }
}
