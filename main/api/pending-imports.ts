import { AppError } from "../../shared/domain/app-error.ts";
import type { HandlersOf } from "./handlers.ts";

/** Stands in until the importer is there. */
export function importHandlers(_workspace: unknown): HandlersOf<"imports"> {
  const later = () => {
    throw new AppError("call/not-ready", "Imports are not there yet.");
  };
  return { "imports/inspect": later, "imports/start": later, "imports/addPredictions": later };
}
