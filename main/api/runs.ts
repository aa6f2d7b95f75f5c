import type { runs } from "../../shared/api/runs.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { runQueries } from "../db/queries/runs.ts";
import type { Events } from "../services/events.ts";
import { startEvaluation } from "../services/runs/start-evaluation.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { Handlers } from "./handlers.ts";

export type RunHandlers = Pick<Handlers, keyof typeof runs>;

export function runHandlers(workspace: Workspace, events: Events): RunHandlers {
  const queries = () => runQueries(workspace.project.db);
  const report = (runId: number) => {
    const found = queries().byId(runId);
    if (found) return found;
    throw new AppError(
      "run/not-found",
      `There is no run ${runId} in this project; it may have been removed.`,
    );
  };
  return {
    "runs/evaluate": (input) => ({ jobId: startEvaluation(workspace.project, input) }),
    "runs/list": ({ datasetId }) => ({
      runs: datasetId === undefined ? queries().all() : queries().ofDataset(datasetId),
    }),
    "runs/get": ({ runId }) => report(runId),
    "runs/rename": ({ runId, name }) => {
      report(runId);
      queries().rename(runId, name);
      events.emit({ type: "changed", noun: "runs" });
      const renamed = queries().summary(runId);
      if (!renamed) throw new AppError("run/not-found", `Run ${runId} was removed meanwhile.`);
      return renamed;
    },
    "runs/remove": ({ runId }) => {
      report(runId);
      queries().remove(runId);
      events.emit({ type: "changed", noun: "runs" });
      return {};
    },
  };
}
