import type { EditOutcome } from "../../../shared/api/annotations.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { AnnotationChange, EditAction } from "../../../shared/domain/editing.ts";
import {
  annotationIds,
  annotationQueries,
  categoryQueries,
  type EditableImage,
} from "../../db/queries/annotations.ts";
import { editQueries, type LabelChange } from "../../db/queries/edits.ts";
import { checkedChanges, type CheckedChange } from "./checked-changes.ts";
import { requireImage, toEditable } from "./edited-image.ts";
import type { EditPorts } from "./ports.ts";
import { tellEdited } from "./tell-edited.ts";
import { writeChanges } from "./write-changes.ts";

export interface ImageEdit {
  readonly imageId: number;
  readonly action: EditAction;
  /** Each annotation once; `before` is what the editing window shows. */
  readonly changes: readonly AnnotationChange[];
  /** The word of the editing window; the event about the edit carries it. */
  readonly origin: string;
}

/**
 * One edit of an image's labels: all of it or nothing, in one transaction, logged so that it can be undone. On disk when
 * it returns: the write-ahead log is the operating system's by then and outlives this process, however it ends.
 * Changes that leave an annotation as it is are dropped; where none is left, nothing happens and no revision is made.
 * Throws `image/not-found` and what checkedChanges throws.
 */
export function editAnnotations(ports: EditPorts, edit: ImageEdit): EditOutcome {
  return inTransaction(ports, edit, (image) => {
    const queries = annotationQueries(ports.db);
    const categories = categoryQueries(ports.db).ofDataset(image.datasetId);
    const checked = checkedChanges(edit.changes, {
      imageId: edit.imageId,
      byId: queries.byId,
      categories: new Map(categories.map(({ id, name }) => [id, name])),
    });
    if (checked.length === 0) return null;
    const { changes, added } = withIds(ports, checked);
    const log = editQueries(ports.db);
    log.discardUndone(edit.imageId);
    writeChanges(ports, image, queries.revise(image.datasetId), {
      kind: "edit",
      action: edit.action,
      target: null,
      changes,
    });
    return { changes, added };
  });
}

/** Takes back the image's last edit that stands. Throws `annotation/nothing-to-undo`. */
export function undoEdit(
  ports: EditPorts,
  { imageId, origin }: Pick<ImageEdit, "imageId" | "origin">,
): EditOutcome {
  return inTransaction(ports, { imageId, origin }, (image) => {
    const log = editQueries(ports.db);
    const edit = log.toUndo(imageId);
    if (edit === null) {
      throw new AppError(
        "annotation/nothing-to-undo",
        `There is no edit of ${image.path} left to undo.`,
      );
    }
    const changes = reversed(edit.changes);
    log.setState(edit.id, "undone");
    writeChanges(ports, image, annotationQueries(ports.db).revise(image.datasetId), {
      kind: "undo",
      action: edit.action,
      target: edit.id,
      changes,
    });
    return { changes, added: [] };
  });
}

/** Does again what the image's last undo took back. Throws `annotation/nothing-to-redo`. */
export function redoEdit(
  ports: EditPorts,
  { imageId, origin }: Pick<ImageEdit, "imageId" | "origin">,
): EditOutcome {
  return inTransaction(ports, { imageId, origin }, (image) => {
    const log = editQueries(ports.db);
    const edit = log.toRedo(imageId);
    if (edit === null) {
      throw new AppError(
        "annotation/nothing-to-redo",
        `There is no undone edit of ${image.path} left to do again.`,
      );
    }
    log.setState(edit.id, "done");
    writeChanges(ports, image, annotationQueries(ports.db).revise(image.datasetId), {
      kind: "redo",
      action: edit.action,
      target: edit.id,
      changes: edit.changes,
    });
    return { changes: edit.changes, added: [] };
  });
}

type Added = EditOutcome["added"];

/** Runs the work on an image that is there, tells of what it did, and answers with what it left. */
function inTransaction(
  { db, events }: EditPorts,
  { imageId, origin }: Pick<ImageEdit, "imageId" | "origin">,
  work: (
    image: EditableImage,
  ) => { readonly changes: readonly LabelChange[]; readonly added: Added } | null,
): EditOutcome {
  // Immediate: another process may be writing, and what is read here must still stand when it is written.
  const [image, done] = db
    .transaction(() => {
      const found = requireImage(annotationQueries(db).image(imageId), imageId);
      return [found, work(found)] as const;
    })
    .immediate();
  const outcome: EditOutcome = {
    imageId,
    datasetId: image.datasetId,
    revision: image.revision + (done === null ? 0 : 1),
    changed: (done?.changes ?? []).flatMap(({ id, after }) =>
      after === null ? [] : [toEditable(id, after)],
    ),
    removed: (done?.changes ?? []).flatMap(({ id, after }) => (after === null ? [id] : [])),
    added: done?.added ?? [],
    ...editQueries(db).undoState(imageId),
  };
  if (done !== null) {
    const { datasetId, revision } = outcome;
    tellEdited(events, { imageId, datasetId, revision, origin });
  }
  return outcome;
}

/** Additions get new ids in the order they were sent. */
function withIds(
  { db }: EditPorts,
  checked: readonly CheckedChange[],
): { readonly changes: readonly LabelChange[]; readonly added: Added } {
  const additions = checked.filter(({ id }) => id === null).length;
  if (additions === 0) return { changes: checked as readonly LabelChange[], added: [] };
  let next = annotationIds(db)(additions);
  const added: { sentAs: number; id: number }[] = [];
  const changes = checked.map(({ id, sentAs, before, after }) => {
    if (id !== null) return { id, before, after };
    added.push({ sentAs, id: next });
    return { id: next++, before, after };
  });
  return { changes, added };
}

function reversed(changes: readonly LabelChange[]): LabelChange[] {
  return changes.map(({ id, before, after }) => ({ id, before: after, after: before }));
}
