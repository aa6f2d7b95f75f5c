import type { EditOutcome } from "../../../shared/api/annotations.ts";
import type { Parsed } from "../../../shared/api/contract.ts";
import type { Suspect } from "../../../shared/api/suspects.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { AnnotationChange } from "../../../shared/domain/editing.ts";
import { rejectionOf } from "../../../shared/suspects/rejections.ts";
import { suspectQueries } from "../../db/queries/suspects.ts";
import type { SuspectToResolve } from "../../workers/query-suspects.ts";
import type { Analysis } from "../analysis/client.ts";
import { editAnnotations } from "../annotations/edit.ts";
import type { EditPorts } from "../annotations/ports.ts";
import { tellLabelsChanged } from "../annotations/tell-edited.ts";

type ResolveInput = Parsed<"suspects/resolve">;

/**
 * Solves a suspect: by an edit of its image, undone like any other, or by keeping that it is none. It is looked for
 * once more in the labels as they are now. Without a proposal (a duplicate, a box with nothing inside the image)
 * `accept` removes the label. Throws `suspect/gone`, `suspect/no-label`.
 */
export async function resolveSuspect(
  analysis: Pick<Analysis, "call">,
  ports: EditPorts,
  { action, origin, ...asked }: ResolveInput,
): Promise<{ readonly edit: EditOutcome | null; readonly rejectionId: number | null }> {
  const found = await analysis.call("findSuspect", asked);
  if (found === null) throw gone();
  const { imageId } = asked;
  if (action === "reject") {
    const { author, db } = ports;
    const rejection = { ...rejectionOf(found.suspect), imageId, author, at: Date.now() };
    const rejectionId = suspectQueries(db).insert(rejection);
    tellLabelsChanged(ports.events);
    return { edit: null, rejectionId };
  }
  const changes = [changeOf(found, action)];
  try {
    const edit = editAnnotations(ports, { imageId, action: "suspect", changes, origin });
    return { edit, rejectionId: null };
  } catch (error) {
    const isGone =
      error instanceof AppError &&
      (error.code === "annotation/gone" || error.code === "annotation/conflict");
    throw isGone ? gone() : error;
  }
}

function changeOf(
  { suspect, crowd, ignore }: SuspectToResolve,
  action: Exclude<ResolveInput["action"], "reject">,
): AnnotationChange {
  const { label, proposal } = suspect;
  if (label === null) {
    if (action === "delete") throw noLabel(suspect);
    const { categoryId, box } = proposal!;
    const after = { categoryId, box, crowd: false, ignore: action === "ignore" };
    return { id: -1, before: null, after };
  }
  const before = { categoryId: label.categoryId, box: label.box, crowd, ignore };
  const id = label.annotationId;
  if (action === "ignore") return { id, before, after: { ...before, ignore: true } };
  if (action === "delete" || proposal === null) return { id, before, after: null };
  const { categoryId, box } = proposal;
  return { id, before, after: { ...before, categoryId, box } };
}

function gone(): AppError {
  return new AppError(
    "suspect/gone",
    "This suspect is none any more: the labels or predictions it rested on changed, or it was solved in another window. Go on with the next one.",
  );
}

function noLabel({ imagePath }: Suspect): AppError {
  return new AppError(
    "suspect/no-label",
    `There is no label to delete in ${imagePath}: one is missing. Reject the suspect, or add the label.`,
  );
}
