import { AppError } from "../../shared/domain/app-error.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function imageHandlers(
  _workspace: Workspace,
): HandlersOf<"images"> & HandlersOf<"failures"> {
  const later = () => {
    throw new AppError("call/not-ready", "Queries are not there yet.");
  };
  return {
    "images/query": later,
    "images/get": later,
    "images/sequence": later,
    "failures/query": later,
  };
}
