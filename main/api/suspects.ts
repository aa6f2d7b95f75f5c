import { AppError } from "../../shared/domain/app-error.ts";
import { suspectQueries } from "../db/queries/suspects.ts";
import { editPorts } from "../services/annotations/ports.ts";
import { tellLabelsChanged } from "../services/annotations/tell-edited.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { resolveSuspect } from "../services/suspects/resolve-suspect.ts";
import type { HandlersOf } from "./handlers.ts";

export function suspectHandlers(workspace: Workspace, events: Events): HandlersOf<"suspects"> {
  const queries = () => suspectQueries(workspace.project.db);
  return {
    "suspects/query": (input) => workspace.project.analysis.call("querySuspects", input),
    "suspects/resolve": (input) =>
      resolveSuspect(workspace.project.analysis, editPorts(workspace, events), input),
    "suspects/unreject": ({ rejectionId }) => {
      if (!queries().remove(rejectionId)) {
        throw new AppError(
          "rejection/not-found",
          `There is no rejection ${rejectionId} in this project; it may have been taken back already.`,
        );
      }
      tellLabelsChanged(events);
      return {};
    },
    "suspects/rejections": ({ datasetId }) => ({
      rejections: queries()
        .ofDataset(datasetId)
        .map(({ id, kind, imageId, imagePath, author, at }) => ({
          id,
          kind,
          imageId,
          imagePath,
          author,
          at,
        })),
    }),
  };
}
