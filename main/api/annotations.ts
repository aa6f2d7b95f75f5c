import { editLogQueries } from "../db/queries/edits.ts";
import { addCategory, renameCategory } from "../services/annotations/categories.ts";
import { editAnnotations, redoEdit, undoEdit } from "../services/annotations/edit.ts";
import { editedImage } from "../services/annotations/edited-image.ts";
import { editPorts } from "../services/annotations/ports.ts";
import { setReview } from "../services/annotations/review.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import type { HandlersOf } from "./handlers.ts";

export function annotationHandlers(
  workspace: Workspace,
  events: Events,
): HandlersOf<"annotations"> & HandlersOf<"categories"> {
  const ports = () => editPorts(workspace, events);
  const analysis = () => workspace.project.analysis;
  return {
    "annotations/get": ({ imageId }) => editedImage(workspace.project.db, imageId),
    "annotations/edit": (edit) => editAnnotations(ports(), edit),
    "annotations/undo": (input) => undoEdit(ports(), input),
    "annotations/redo": (input) => redoEdit(ports(), input),
    "annotations/review": ({ imageIds, state }) => {
      setReview(ports(), imageIds, state);
      return {};
    },
    "annotations/progress": (input) => analysis().call("labelProgress", input),
    "annotations/next": (input) => analysis().call("nextImage", input),
    "annotations/log": ({ datasetId, imageId, offset, limit }) => {
      const log = editLogQueries(workspace.project.db);
      return imageId === null
        ? log.ofDataset(datasetId, offset, limit)
        : log.ofImage(imageId, offset, limit);
    },
    "categories/add": ({ datasetId, name }) => addCategory(ports(), datasetId, name),
    "categories/rename": ({ categoryId, name }) => renameCategory(ports(), categoryId, name),
  };
}
