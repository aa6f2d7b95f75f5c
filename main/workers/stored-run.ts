import { AppError } from "../../shared/domain/app-error.ts";
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";

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
