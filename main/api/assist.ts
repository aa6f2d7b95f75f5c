import { propose } from "../services/models/propose.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function assistHandlers(workspace: Workspace): HandlersOf<"assist"> {
  return {
    "assist/run": (input, { signal }) => propose(workspace.project, input, signal),
  };
}
