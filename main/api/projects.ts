import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function projectHandlers(workspace: Workspace): HandlersOf<"projects"> {
  return {
    "projects/current": () => workspace.info(),
    "projects/open": ({ path }) => workspace.open(path),
    "projects/create": ({ name, path }) => workspace.create(name, path),
    "projects/openSample": () => workspace.openSample(),
  };
}
