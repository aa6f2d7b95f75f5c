import { AppError } from "../../shared/domain/app-error.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

function notYet(): never {
  throw new AppError("call/not-found", "This part of the program is not there yet.");
}

export function revisionHandlers(_workspace: Workspace, _events: Events): HandlersOf<"revisions"> {
  return {
    "revisions/list": notYet,
    "revisions/name": notYet,
    "revisions/remove": notYet,
    "revisions/compare": notYet,
    "revisions/compareImage": notYet,
    "revisions/restore": notYet,
  };
}
