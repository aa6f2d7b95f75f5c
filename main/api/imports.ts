import { inspectFolder } from "../services/imports/import-folder.ts";
import { startAddPredictions, startImport } from "../services/projects/start-import.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function importHandlers(workspace: Workspace): HandlersOf<"imports"> {
  return {
    "imports/inspect": ({ path }, { signal }) => inspectFolder(path, signal),
    "imports/start": (plan) => ({ jobId: startImport(workspace.project, plan) }),
    "imports/addPredictions": (add) => ({ jobId: startAddPredictions(workspace.project, add) }),
  };
}
