import type { analysis } from "../../shared/api/analysis.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { keptAnalysis, type KeptAnalysis } from "../services/runs/kept-analysis.ts";
import type { Handlers } from "./handlers.ts";

export type AnalysisHandlers = Pick<Handlers, keyof typeof analysis>;

/** What is the same at every threshold is kept; what a slider moves is answered from memory. */
export function analysisHandlers(workspace: Workspace): AnalysisHandlers {
  const kept = <Result extends object>(what: KeptAnalysis<Result>) =>
    keptAnalysis(workspace.project, what);
  return {
    "runs/errors": ({ runId }) =>
      kept({
        runId,
        kind: "errors",
        options: {},
        workOut: (worker) => worker.call("runErrors", { runId }),
      }),
    "runs/intervals": ({ runId }) =>
      kept({
        runId,
        kind: "intervals",
        options: {},
        workOut: (worker) => worker.call("runIntervals", { runId }),
      }),
    "runs/boxNoise": ({ runId }) =>
      kept({
        runId,
        kind: "box-noise",
        options: {},
        workOut: (worker) => worker.call("runBoxNoise", { runId }),
      }),
    "runs/difference": async ({ runId, otherRunId }) => {
      const difference = await kept({
        runId,
        kind: "difference",
        options: { otherRunId },
        workOut: (worker) => worker.call("runDifference", { runId, otherRunId }),
      });
      return { ...difference, otherRunId };
    },
    "runs/confusion": (input) => workspace.project.analysis.call("runConfusion", input),
    "runs/confusionImages": (input) => workspace.project.analysis.call("confusionImages", input),
    "runs/compare": (input) => workspace.project.analysis.call("compareTwoRuns", input),
    "runs/compareObjects": (input) => workspace.project.analysis.call("comparedObjects", input),
  };
}
