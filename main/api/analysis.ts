import type { analysis } from "../../shared/api/analysis.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { keptAnalysis } from "../services/runs/kept-analysis.ts";
import type { Handlers } from "./handlers.ts";

export type AnalysisHandlers = Pick<Handlers, keyof typeof analysis>;

export function analysisHandlers(
  workspace: Workspace,
  log: (line: string) => void,
): AnalysisHandlers {
  return {
    "runs/errors": ({ runId }) =>
      keptAnalysis(workspace.project, log, {
        runId,
        kind: "errors",
        options: {},
        workOut: (worker) => worker.call("runErrors", { runId }),
      }),
    "runs/confusion": (input) => workspace.project.analysis.call("runConfusion", input),
    "runs/confusionImages": (input) => workspace.project.analysis.call("confusionImages", input),
  };
}
