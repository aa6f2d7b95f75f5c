import { AppError } from "../../shared/domain/app-error.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

function notYet(): never {
  throw new AppError("call/not-found", "This part of the program is not there yet.");
}

export function assistHandlers(_workspace: Workspace, _events: Events): HandlersOf<"assist"> {
  return {
    "assist/run": notYet,
  };
}
