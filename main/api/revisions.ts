import { revisionQueries } from "../db/queries/revisions.ts";
import { editPorts } from "../services/annotations/ports.ts";
import type { Events } from "../services/events.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { compareImage, compareRevisions } from "../services/revisions/compare.ts";
import { nameRevision, removeRevisionName } from "../services/revisions/named.ts";
import { currentRevision, FIRST_REVISION } from "../services/revisions/require-revision.ts";
import { restoreRevision } from "../services/revisions/restore.ts";
import type { HandlersOf } from "./handlers.ts";

export function revisionHandlers(workspace: Workspace, events: Events): HandlersOf<"revisions"> {
  const ports = () => editPorts(workspace, events);
  const database = () => workspace.project.db;
  return {
    "revisions/list": ({ datasetId }) => {
      const queries = revisionQueries(database());
      const current = currentRevision(queries, datasetId);
      return { current, first: FIRST_REVISION, named: queries.named(datasetId) };
    },
    "revisions/name": ({ datasetId, name }) => nameRevision(ports(), datasetId, name),
    "revisions/remove": ({ revisionId }) => {
      removeRevisionName(ports(), revisionId);
      return {};
    },
    "revisions/compare": ({ datasetId, from, to }) =>
      compareRevisions(database(), datasetId, from, to),
    "revisions/compareImage": ({ imageId, from, to }) => ({
      changes: compareImage(database(), imageId, from, to),
    }),
    "revisions/restore": ({ datasetId, revision }) => restoreRevision(ports(), datasetId, revision),
  };
}
