import { sodaDParams, type EvaluationParams } from "../../shared/domain/protocols.ts";
import { bucketOf } from "../../shared/evaluation/failures/bucket.ts";
import type { Judgement } from "../../shared/evaluation/failures/judge.ts";
import { verdictsAt, type Verdicts } from "../../shared/evaluation/failures/verdicts.ts";
import { areaLimits, rangeBits } from "../../shared/evaluation/group-truth.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import type { EvaluationRows } from "./evaluation-set.ts";
import { followJudgement, judgeAll } from "./follow-judgement.ts";
import type { LoadedColumns } from "./loaded-columns.ts";
import { LruCache } from "./lru-cache.ts";
import type { PredictionSetColumns } from "./prediction-columns.ts";
import { storedRun } from "./stored-run.ts";

/** Which area ranges boxes fall into; buckets and ranges are indices into params.areaRanges. */
export interface SizeClasses {
  /** [n] a bit for each range that holds the box; both ends are closed. */
  readonly ranges: Uint16Array;
  /** [n] the narrowest range, or NO_BUCKET. */
  readonly bucket: Uint8Array;
}

export const NO_BUCKET = 255;

/** A dataset under a run's parameters: how large its objects are. N annotations. */
export interface SizedDataset {
  readonly dataset: DatasetColumns;
  readonly params: EvaluationParams;
  readonly truthSizes: SizeClasses;
  readonly bytes: number;
}

/** A run at one IoU: who matched whom. Truth rows are judged rows, see EvaluationRows; predictions are the set's own. */
export interface JudgedRun extends SizedDataset {
  /** Stands for these labels, predictions, parameters and IoU and no others. */
  readonly key: string;
  readonly predictions: PredictionSetColumns;
  readonly predictionSizes: SizeClasses;
  readonly rows: EvaluationRows;
  /** [N annotations] judged truth row, or -1 for ignored regions; null where the two are the same. */
  readonly truthOf: Int32Array | null;
  readonly judgement: Judgement;
}

const LIMIT_BYTES = 2 ** 30;

/** Datasets and runs as the page looks at them, kept between calls. */
export class JudgedRuns {
  readonly #queries: ColumnQueries;
  readonly #columns: LoadedColumns;
  readonly #sized = new LruCache<SizedDataset>(LIMIT_BYTES / 4);
  readonly #predictionSizes = new LruCache<SizeClasses & { bytes: number }>(LIMIT_BYTES / 4);
  readonly #runs = new LruCache<JudgedRun>(LIMIT_BYTES);
  /** By all of a run's key but the labels: the key of what was asked for last. */
  readonly #latest = new Map<string, string>();
  readonly #verdicts = new LruCache<Verdicts & { bytes: number }>(LIMIT_BYTES / 4);

  constructor(queries: ColumnQueries, columns: LoadedColumns) {
    this.#queries = queries;
    this.#columns = columns;
  }

  /** Without a run sizes are told in SODA-D's ranges. Throws `dataset/not-found`. */
  dataset(datasetId: number, params: EvaluationParams = sodaDParams): SizedDataset {
    const dataset = this.#columns.dataset(datasetId);
    const key = `${dataset.key} ${JSON.stringify(params.areaRanges)}`;
    return this.#sized.get(key, () => {
      const truthSizes = sizeClasses(dataset.area, params);
      return { dataset, params, truthSizes, bytes: 3 * dataset.area.length };
    });
  }

  /** Throws `run/not-found`. The labels are those of now, whatever they were when the run was made. */
  run(runId: number, iou: number): JudgedRun {
    const { predictionSetId, params } = storedRun(this.#queries, runId);
    const { dataset, predictions } = this.#columns.predictions(predictionSetId);
    const base = JSON.stringify([dataset.imagesKey, predictions.key, iou, params]);
    const key = `${dataset.key} ${base}`;
    const latest = this.#latest.get(base) ?? key;
    this.#latest.set(base, key);
    const before = latest === key ? null : this.#runs.take(latest);
    return this.#runs.get(key, () => {
      const { rows, truthOf, judgement } =
        (before && followJudgement(this.#queries, before, dataset)) ??
        judgeAll(dataset, predictions, params, iou);
      return {
        ...this.dataset(dataset.id, params),
        key,
        predictions,
        predictionSizes: this.#sizesOf(predictions, params),
        rows,
        truthOf,
        judgement,
        bytes: 60 * predictions.score.length + 60 * dataset.area.length,
      };
    });
  }

  /** The verdict on every box of a judged run at a score threshold. */
  verdicts(run: JudgedRun, score: number): Verdicts {
    const key = `${run.key} ${score}`;
    return this.#verdicts.get(key, () => ({
      ...verdictsAt(run.judgement, run.rows.set, score),
      bytes: run.dataset.area.length + run.predictions.score.length,
    }));
  }

  #sizesOf(predictions: PredictionSetColumns, params: EvaluationParams): SizeClasses {
    const key = `${predictions.key} ${JSON.stringify(params.areaRanges)}`;
    return this.#predictionSizes.get(key, () => {
      const { boxes, score } = predictions;
      const area = new Float64Array(score.length);
      for (let p = 0; p < area.length; p += 1) area[p] = boxes[4 * p + 2]! * boxes[4 * p + 3]!;
      return { ...sizeClasses(area, params), bytes: 3 * area.length };
    });
  }
}

/** area: [n] square pixels. */
function sizeClasses(area: Float64Array, params: EvaluationParams): SizeClasses {
  const ranges = new Uint16Array(area.length);
  const bucket = new Uint8Array(area.length);
  const limits = areaLimits(params);
  // The narrowest range depends on nothing but the ranges that hold the area.
  const narrowest = new Map<number, number>();
  for (let n = 0; n < area.length; n += 1) {
    const bits = rangeBits(area[n]!, limits);
    let index = narrowest.get(bits);
    if (index === undefined) {
      index = bucketOf(area[n]!, params.areaRanges) ?? NO_BUCKET;
      narrowest.set(bits, index);
    }
    ranges[n] = bits;
    bucket[n] = index;
  }
  return { ranges, bucket };
}
