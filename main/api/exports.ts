import { checkExport } from "../services/exports/export-job.ts";
import { startDatasetExport, startPredictionExport } from "../services/exports/start-export.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function exportHandlers(workspace: Workspace, _events: Events): HandlersOf<"exports"> {
  return {
    "exports/dataset": (input) => ({ jobId: startDatasetExport(workspace.project, input) }),
    "exports/check": (input, { signal }) => checkExport(workspace.project, input, signal),
    "exports/predictions": (input) => ({ jobId: startPredictionExport(workspace.project, input) }),
  };
}
