import { AppError } from "../../shared/domain/app-error.ts";
import { editAnnotations, redoEdit, undoEdit } from "../services/annotations/edit.ts";
import { editedImage } from "../services/annotations/edited-image.ts";
import { editPorts } from "../services/annotations/ports.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

function notYet(): never {
  throw new AppError("call/not-found", "This part of the program is not there yet.");
}

export function annotationHandlers(
  workspace: Workspace,
  events: Events,
): HandlersOf<"annotations"> & HandlersOf<"categories"> {
  const ports = () => editPorts(workspace, events);
  return {
    "annotations/get": ({ imageId }) => editedImage(workspace.project.db, imageId),
    "annotations/edit": (edit) => editAnnotations(ports(), edit),
    "annotations/undo": (input) => undoEdit(ports(), input),
    "annotations/redo": (input) => redoEdit(ports(), input),
    "annotations/review": notYet,
    "annotations/progress": notYet,
    "annotations/next": notYet,
    "annotations/log": notYet,
    "categories/add": notYet,
    "categories/rename": notYet,
  };
}
