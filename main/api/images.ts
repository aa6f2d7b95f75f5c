import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

/** All of these are answered by the analysis worker, from memory. */
export function imageHandlers(workspace: Workspace): HandlersOf<"images"> & HandlersOf<"failures"> {
  const analysis = () => workspace.project.analysis;
  return {
    "images/query": (input) => analysis().call("queryImages", input),
    "images/sequence": (input) => analysis().call("imageSequence", input),
    "images/get": (input) => analysis().call("imageDetail", input),
    "failures/query": (input) => analysis().call("queryFailures", input),
  };
}
