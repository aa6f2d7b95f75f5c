import { AppError } from "../../../shared/domain/app-error.ts";
import { evaluatorVersion } from "../../../shared/evaluation/version.ts";
import { datasetQueries } from "../../db/queries/datasets.ts";
import { runAnalysisQueries } from "../../db/queries/run-analysis.ts";
import { runQueries } from "../../db/queries/runs.ts";
import type { Analysis } from "../analysis/client.ts";
import type { OpenProject } from "../projects/open-project.ts";

export interface KeptAnalysis<Result> {
  readonly runId: number;
  readonly kind: "errors" | "intervals" | "difference" | "box-noise";
  /** Everything the result depends on beside the run and the labels. */
  readonly options: object;
  /** In the worker for explanations, one after the other: they share its columns, and a core stays free for the page. */
  readonly workOut: (worker: Analysis) => Promise<Result>;
}

/** Under way by project, run, kind and options: two pages that ask at once wait for the same work. */
const underWay = new Map<string, Promise<unknown>>();

/** A result about the labels of now: the one kept, else worked out and kept. Throws `run/not-found`. */
export async function keptAnalysis<Result extends object>(
  project: OpenProject,
  { runId, kind, options, workOut }: KeptAnalysis<Result>,
): Promise<Result & { readonly runId: number; readonly revision: number }> {
  const run = runQueries(project.db).summary(runId);
  if (!run)
    throw new AppError(
      "run/not-found",
      `There is no run ${runId} in this project; it may have been removed.`,
    );
  const revision = datasetQueries(project.db).revision(run.datasetId);
  const queries = runAnalysisQueries(project.db);
  const key = { ...options, revision, evaluatorVersion };
  const kept = queries.find(runId, kind, key) as Result | null;
  if (kept) return { ...kept, runId, revision };
  const name = JSON.stringify([project.databasePath, runId, kind, key]);
  const work = (underWay.get(name) as Promise<Result> | undefined) ?? workOutAndKeep();
  underWay.set(name, work);
  return { ...(await work), runId, revision };

  async function workOutAndKeep(): Promise<Result> {
    try {
      const result = await project.explanations.use(null, workOut);
      if (project.db.open) queries.keep(runId, kind, key, result, Date.now());
      return result;
    } finally {
      underWay.delete(name);
    }
  }
}
