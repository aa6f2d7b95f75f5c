import { AppError } from "../../shared/domain/app-error.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

function notYet(): never {
  throw new AppError("call/not-found", "This part of the program is not there yet.");
}

export function trainingHandlers(
  _workspace: Workspace,
  _events: Events,
): HandlersOf<"training"> & HandlersOf<"ablations"> {
  return {
    "training/start": notYet,
    "training/check": notYet,
    "training/list": notYet,
    "training/get": notYet,
    "training/curves": notYet,
    "training/pause": notYet,
    "training/resume": notYet,
    "training/stop": notYet,
    "training/keep": notYet,
    "training/rename": notYet,
    "training/remove": notYet,
    "ablations/presets": notYet,
    "ablations/start": notYet,
    "ablations/list": notYet,
    "ablations/remove": notYet,
  };
}
