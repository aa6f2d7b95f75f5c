import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

/** Answered by the analysis worker, which keeps the matches of the runs asked for last. */
export function liveHandlers(workspace: Workspace): HandlersOf<"live"> {
  return {
    "live/score": ({ runId }) => workspace.project.analysis.call("liveScore", { runId }),
  };
}
