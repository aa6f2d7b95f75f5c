import type { NamedRevision } from "../../../shared/api/revisions.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { revisionQueries } from "../../db/queries/revisions.ts";
import type { EditPorts } from "../annotations/ports.ts";
import { tellLabelsChanged } from "../annotations/tell-edited.ts";
import { currentRevision } from "./require-revision.ts";

/** Names the labels as they are now. Throws `dataset/not-found`, and `revision/known-name` where the name is taken. */
export function nameRevision(
  { db, events, author }: EditPorts,
  datasetId: number,
  name: string,
): NamedRevision {
  const queries = revisionQueries(db);
  const named = db
    .transaction(() => {
      const revision = currentRevision(queries, datasetId);
      const taken = queries.named(datasetId).find((other) => other.name === name);
      if (taken) {
        throw new AppError(
          "revision/known-name",
          `Revision ${taken.revision} is already named "${name}". Choose another name, or remove that one.`,
        );
      }
      const row = { datasetId, revision, name, author, createdAt: Date.now() };
      return { id: queries.insert(row), ...row };
    })
    .immediate();
  tellLabelsChanged(events);
  return named;
}

/** Takes the name away; the labels of then can still be gone back to. Throws `revision/not-found`. */
export function removeRevisionName({ db, events }: EditPorts, revisionId: number): void {
  if (revisionQueries(db).remove(revisionId) === 0) {
    throw new AppError(
      "revision/not-found",
      `There is no named revision ${revisionId} in this project; it may have been removed.`,
    );
  }
  tellLabelsChanged(events);
}
