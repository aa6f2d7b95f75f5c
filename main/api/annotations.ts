import { AppError } from "../../shared/domain/app-error.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

function notYet(): never {
  throw new AppError("call/not-found", "This part of the program is not there yet.");
}

export function annotationHandlers(
  _workspace: Workspace,
  _events: Events,
): HandlersOf<"annotations"> & HandlersOf<"categories"> {
  return {
    "annotations/get": notYet,
    "annotations/edit": notYet,
    "annotations/undo": notYet,
    "annotations/redo": notYet,
    "annotations/review": notYet,
    "annotations/progress": notYet,
    "annotations/next": notYet,
    "annotations/log": notYet,
    "categories/add": notYet,
    "categories/rename": notYet,
  };
}
