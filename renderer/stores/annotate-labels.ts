import type { EditedImage } from "../../shared/api/annotations.ts";
import type {
  AnnotationChange,
  AnnotationFields,
  EditableAnnotation,
} from "../../shared/domain/editing.ts";

/** The labels of one image by id. Negative ids are additions that have not been answered yet. */
export type Labels = ReadonlyMap<number, EditableAnnotation>;

/** What a change of labels comes to, as the canvas takes it. */
export interface LabelPatch {
  readonly changed: readonly EditableAnnotation[];
  readonly removed: readonly number[];
}

export function fieldsOf({ categoryId, box, crowd, ignore }: AnnotationFields): AnnotationFields {
  return { categoryId, box, crowd, ignore };
}

export function sameFields(a: AnnotationFields, b: AnnotationFields): boolean {
  return (
    a.categoryId === b.categoryId &&
    a.crowd === b.crowd &&
    a.ignore === b.ignore &&
    a.box.every((value, at) => value === b.box[at])
  );
}

/** What the changes make of the labels; those of labels that are not there any more make nothing. */
export function patchOf(labels: Labels, changes: readonly AnnotationChange[]): LabelPatch {
  const changed: EditableAnnotation[] = [];
  const removed: number[] = [];
  for (const { id, before, after } of changes) {
    const known = labels.get(id);
    if (after === null) removed.push(id);
    else if (known) changed.push(changedLabel(known, after));
    else if (before === null) changed.push(addedLabel(id, after));
  }
  return { changed, removed };
}

function addedLabel(id: number, fields: AnnotationFields): EditableAnnotation {
  return { ...fieldsOf(fields), id, area: fields.box[2] * fields.box[3], masked: false };
}

/** A mask moves with its box and is lost when the box gets another size. */
function changedLabel(known: EditableAnnotation, fields: AnnotationFields): EditableAnnotation {
  const resized = known.box[2] !== fields.box[2] || known.box[3] !== fields.box[3];
  if (!resized) return { ...known, ...fieldsOf(fields) };
  return addedLabel(known.id, fields);
}

/** The same changes with the ids that additions were given meanwhile. */
export function renameChanges(
  changes: readonly AnnotationChange[],
  ids: ReadonlyMap<number, number>,
): readonly AnnotationChange[] {
  if (!changes.some(({ id }) => ids.has(id))) return changes;
  return changes.map((change) => ({ ...change, id: ids.get(change.id) ?? change.id }));
}

/**
 * Two edits as one where the second goes on with the labels of the first: the first's `before` with the second's
 * `after`. null where they are about different labels.
 */
export function mergedChanges(
  first: readonly AnnotationChange[],
  second: readonly AnnotationChange[],
): readonly AnnotationChange[] | null {
  if (first.length !== second.length) return null;
  const later = new Map(second.map((change) => [change.id, change]));
  if (!first.every(({ id }) => later.has(id))) return null;
  return first.map(({ id, before }) => ({ id, before, after: later.get(id)!.after }));
}

/** How an edit is told to have been saved although its answer never came. */
export interface AppliedEdit {
  readonly added: readonly { readonly sentAs: number; readonly id: number }[];
  readonly changed: readonly EditableAnnotation[];
  readonly removed: readonly number[];
}

/** What an edit did, read from the labels as they are now; null where they do not show all of it. */
export function appliedIn(
  annotations: readonly EditableAnnotation[],
  changes: readonly AnnotationChange[],
  /** Labels that were there before the edit. */
  knownIds: ReadonlySet<number>,
): AppliedEdit | null {
  const byId = new Map(annotations.map((label) => [label.id, label]));
  const strangers = annotations.filter(({ id }) => !knownIds.has(id));
  const added: { sentAs: number; id: number }[] = [];
  const changed: EditableAnnotation[] = [];
  const removed: number[] = [];
  for (const { id, before, after } of changes) {
    if (after === null) {
      if (byId.has(id)) return null;
      removed.push(id);
    } else if (before === null) {
      const at = strangers.findIndex((label) => sameFields(label, after));
      if (at < 0) return null;
      const [label] = strangers.splice(at, 1);
      added.push({ sentAs: id, id: label!.id });
      changed.push(label!);
    } else {
      const label = byId.get(id);
      if (!label || !sameFields(label, after)) return null;
      changed.push(label);
    }
  }
  return { added, changed, removed };
}

/**
 * The changes as they can still be made on labels that someone else has changed: what each of them was to change is
 * laid over the label as it is now. Labels that are gone, and changes that have come about already, are left out.
 */
export function changesOnto(
  labels: Labels,
  changes: readonly AnnotationChange[],
): readonly AnnotationChange[] {
  const state = new Map<number, AnnotationFields | null>();
  const first = new Map<number, AnnotationFields | null>();
  for (const { id, before, after } of changes) {
    if (!first.has(id)) first.set(id, labels.get(id) ?? null);
    const now = state.has(id) ? state.get(id)! : (labels.get(id) ?? null);
    if (after === null) state.set(id, null);
    else if (now !== null) state.set(id, laidOver(now, before, after));
    else if (before === null) state.set(id, fieldsOf(after));
  }
  return [...state].flatMap(([id, after]) => {
    const found = first.get(id) ?? null;
    const before = found && fieldsOf(found);
    if (before === null && after === null) return [];
    if (before && after && sameFields(before, after)) return [];
    return [{ id, before, after }];
  });
}

function laidOver(
  now: AnnotationFields,
  before: AnnotationFields | null,
  after: AnnotationFields,
): AnnotationFields {
  if (before === null) return fieldsOf(after);
  const moved = before.box.some((value, at) => value !== after.box[at]);
  return {
    categoryId: before.categoryId === after.categoryId ? now.categoryId : after.categoryId,
    box: moved ? after.box : now.box,
    crowd: before.crowd === after.crowd ? now.crowd : after.crowd,
    ignore: before.ignore === after.ignore ? now.ignore : after.ignore,
  };
}

/** By id. */
export function asLabels(got: EditedImage): Labels {
  return new Map(got.annotations.map((label) => [label.id, label]));
}

/** The contract's input type has boxes that may be written; ours may not. */
export function writable({ id, before, after }: AnnotationChange) {
  const fields = (of: typeof after) =>
    of && {
      categoryId: of.categoryId,
      box: [...of.box] as [number, number, number, number],
      crowd: of.crowd,
      ignore: of.ignore,
    };
  return { id, before: fields(before), after: fields(after) };
}
