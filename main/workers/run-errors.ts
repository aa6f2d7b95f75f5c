import type { ErrorReport } from "../../shared/evaluation/errors/tide.ts";
import { reportErrors } from "../../shared/evaluation/errors/tide.ts";
import { scoringRows } from "./evaluation-set.ts";
import type { AnalysisState } from "./methods.ts";
import { storedRun } from "./stored-run.ts";

/** TIDE's error types of a run. Throws `run/not-found`. */
export function runErrors(
  state: AnalysisState,
  { runId }: { readonly runId: number },
): ErrorReport {
  const { params, predictionSetId } = storedRun(state.queries, runId);
  const { dataset, predictions } = state.columns.predictions(predictionSetId);
  const { set, classes } = scoringRows(dataset, predictions, params.protocol);
  const report = reportErrors(set, params);
  return {
    ...report,
    classes: report.classes.map((row, k) => ({ ...row, categoryId: classes[k]!.id })),
  };
}
