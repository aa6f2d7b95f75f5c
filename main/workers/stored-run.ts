import { AppError } from "../../shared/domain/app-error.ts";
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";

import type { DatasetColumns } from "./dataset-columns.ts";

export interface StoredRun {
  readonly predictionSetId: number;
  readonly params: EvaluationParams;
}

/** Throws `run/not-found`. */
export function storedRun(queries: ColumnQueries, runId: number): StoredRun {
  const stored = queries.run(runId);
  if (stored) return stored;
  throw new AppError(
    "run/not-found",
    `There is no run ${runId} in this project; it may have been removed.`,
  );
}

/** Throws `run/other-dataset` unless both are the same dataset. */
export function refuseOtherDataset(first: DatasetColumns, second: DatasetColumns): void {
  if (first.id === second.id) return;
  throw new AppError(
    "run/other-dataset",
    "The two runs are of different datasets. Compare runs of one dataset.",
  );
}
