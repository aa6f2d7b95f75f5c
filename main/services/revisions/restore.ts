import { annotationQueries } from "../../db/queries/annotations.ts";
import { editQueries } from "../../db/queries/edits.ts";
import { revisionQueries } from "../../db/queries/revisions.ts";
import { requireImage } from "../annotations/edited-image.ts";
import type { EditPorts } from "../annotations/ports.ts";
import { tellEdited } from "../annotations/tell-edited.ts";
import { writeChanges } from "../annotations/write-changes.ts";
import { NetChanges } from "./net-changes.ts";
import { requireRevisions } from "./require-revision.ts";

/**
 * Makes a dataset's labels what they were at a revision: in one transaction, as one new revision, with one undoable edit
 * in each image that differs. Classes that were added since stay. Returns the new revision and how many images changed;
 * where none differs, the revision stays. Throws `dataset/not-found` and `revision/not-found`.
 */
export async function restoreRevision(
  ports: EditPorts,
  datasetId: number,
  to: number,
): Promise<{ readonly revision: number; readonly images: number }> {
  const { db, events } = ports;
  const queries = revisionQueries(db);
  const seen = requireRevisions(queries, datasetId, [to]);
  const net = new NetChanges(to);
  await net.readTo(queries, datasetId, seen);
  const restored = db
    .transaction(() => {
      const current = requireRevisions(queries, datasetId, [to]);
      net.readRest(queries, datasetId, current);
      const differing = [...net.byImage()];
      if (differing.length === 0) return { revision: current, imageIds: [] };
      const revision = annotationQueries(db).revise(datasetId);
      for (const [imageId, changes] of differing) {
        const image = requireImage(annotationQueries(db).image(imageId), imageId);
        editQueries(db).discardUndone(imageId);
        writeChanges(ports, image, revision, {
          kind: "edit",
          action: "restore",
          target: null,
          changes: changes.map(({ id, before, after }) => ({ id, before: after, after: before })),
        });
      }
      return { revision, imageIds: differing.map(([imageId]) => imageId) };
    })
    .immediate();
  const { revision, imageIds } = restored;
  for (const imageId of imageIds) tellEdited(events, { imageId, datasetId, revision, origin: "" });
  return { revision, images: imageIds.length };
}
