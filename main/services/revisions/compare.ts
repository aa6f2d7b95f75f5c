import type {
  ChangedAnnotation,
  ChangedImage,
  RevisionDifference,
} from "../../../shared/api/revisions.ts";
import type { Db } from "../../db/open.ts";
import { annotationQueries } from "../../db/queries/annotations.ts";
import type { LabelChange } from "../../db/queries/edits.ts";
import { revisionQueries } from "../../db/queries/revisions.ts";
import { fieldsOf, sameBox, sameFields } from "../annotations/checked-changes.ts";
import { requireImage } from "../annotations/edited-image.ts";
import { NetChanges } from "./net-changes.ts";
import { requireRevisions } from "./require-revision.ts";

type Counts = Pick<ChangedImage, "added" | "removed" | "moved" | "relabelled">;

/**
 * What became of each annotation from one revision to another, whichever is the older. An annotation that was both moved
 * and relabelled counts in both; one that is in the end as it was does not count.
 * Throws `dataset/not-found` and `revision/not-found`.
 */
export async function compareRevisions(
  db: Db,
  datasetId: number,
  from: number,
  to: number,
): Promise<RevisionDifference> {
  const queries = revisionQueries(db);
  requireRevisions(queries, datasetId, [from, to]);
  const net = new NetChanges(Math.min(from, to));
  await net.readTo(queries, datasetId, Math.max(from, to));
  const { image } = annotationQueries(db);
  const images: ChangedImage[] = [];
  const total = { added: 0, removed: 0, moved: 0, relabelled: 0 };
  for (const [imageId, changes] of net.byImage()) {
    const counts = countChanges(shownChanges(changes, from > to));
    if (sum(counts) === 0) continue;
    for (const key of ["added", "removed", "moved", "relabelled"] as const)
      total[key] += counts[key];
    images.push({ imageId, path: image(imageId)?.path ?? "", ...counts });
  }
  images.sort((a, b) => sum(b) - sum(a) || a.imageId - b.imageId);
  return { from, to, ...total, images };
}

/** The same for one image, annotation by annotation, in file order. Throws `image/not-found` too. */
export function compareImage(
  db: Db,
  imageId: number,
  from: number,
  to: number,
): ChangedAnnotation[] {
  const { datasetId } = requireImage(annotationQueries(db).image(imageId), imageId);
  const queries = revisionQueries(db);
  requireRevisions(queries, datasetId, [from, to]);
  const net = new NetChanges(Math.min(from, to));
  net.add(queries.imageChanges(imageId, Math.min(from, to), Math.max(from, to)));
  return [...net.byImage()].flatMap(([, changes]) => shownChanges(changes, from > to));
}

/** Changes of what a person sees of an annotation: a mask that was dropped is no change of its box. */
function shownChanges(changes: readonly LabelChange[], backwards: boolean): ChangedAnnotation[] {
  return changes
    .map(({ id, before, after }) => ({
      id,
      before: backwards ? after : before,
      after: backwards ? before : after,
    }))
    .map(({ id, before, after }) => ({
      id,
      before: before && fieldsOf(before),
      after: after && fieldsOf(after),
    }))
    .filter(({ before, after }) => !before || !after || !sameFields(before, after));
}

function countChanges(changes: readonly ChangedAnnotation[]): Counts {
  const counts = { added: 0, removed: 0, moved: 0, relabelled: 0 };
  for (const { before, after } of changes) {
    if (before === null) counts.added += 1;
    else if (after === null) counts.removed += 1;
    else {
      if (!sameBox(before.box, after.box)) counts.moved += 1;
      if (!sameFields(before, { ...after, box: before.box })) counts.relabelled += 1;
    }
  }
  return counts;
}

function sum({ added, removed, moved, relabelled }: Counts): number {
  return added + removed + moved + relabelled;
}
