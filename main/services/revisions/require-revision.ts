import { AppError } from "../../../shared/domain/app-error.ts";
import type { RevisionQueries } from "../../db/queries/revisions.ts";

/** The labels as they were imported: every import makes a dataset of this revision, and the log begins there. */
export const FIRST_REVISION = 1;

/** The dataset's revision now. Throws `dataset/not-found`. */
export function currentRevision(queries: RevisionQueries, datasetId: number): number {
  const current = queries.current(datasetId);
  if (current !== null) return current;
  throw new AppError(
    "dataset/not-found",
    `There is no dataset ${datasetId} in this project; it may have been removed.`,
  );
}

/** Throws `revision/not-found` where the dataset never had this revision; returns the one it has now. */
export function requireRevisions(
  queries: RevisionQueries,
  datasetId: number,
  revisions: readonly number[],
): number {
  const current = currentRevision(queries, datasetId);
  for (const revision of revisions) {
    if (Number.isInteger(revision) && revision >= FIRST_REVISION && revision <= current) continue;
    throw new AppError(
      "revision/not-found",
      `The dataset has no revision ${revision}; expected ${FIRST_REVISION} to ${current}. Choose one of these.`,
    );
  }
  return current;
}
