import type { EditLogEntry } from "../../../shared/api/annotations.ts";
import type { EditAction } from "../../../shared/domain/editing.ts";
import type { Db } from "../open.ts";
import { perDatabase } from "../per-database.ts";
import type { StoredLabel } from "./annotations.ts";

/** One annotation before and after an edit: null before where it was added, null after where it was removed. */
export interface LabelChange {
  readonly id: number;
  readonly before: StoredLabel | null;
  readonly after: StoredLabel | null;
}

export interface NewEdit {
  readonly datasetId: number;
  readonly imageId: number;
  /** Of the dataset, that this edit made. */
  readonly revision: number;
  readonly kind: "edit" | "undo" | "redo";
  readonly action: EditAction;
  /** The edit that an undo takes back or a redo does again. */
  readonly target: number | null;
  readonly author: string;
  readonly at: number;
  readonly changes: readonly LabelChange[];
}

/** An edit that can be undone or redone. */
export interface StoredEdit {
  readonly id: number;
  readonly action: EditAction;
  readonly changes: readonly LabelChange[];
}

export type EditState = "done" | "undone" | "discarded";

interface RawEdit {
  readonly id: number;
  readonly action: EditAction;
  readonly changes: string;
}

/** The edit log. Append only, but for the state of edits. */
export const editQueries = perDatabase((db: Db) => {
  const insert = db.prepare(
    `INSERT INTO edit (dataset_id, image_id, revision, kind, action, target, state, author, made_at,
       added, removed, changed, changes) VALUES (?, ?, ?, ?, ?, ?, 'done', ?, ?, ?, ?, ?, ?)`,
  );
  const ofStack = (columns: string, state: EditState, order: "ASC" | "DESC") =>
    `SELECT ${columns} FROM edit WHERE image_id = ? AND kind = 'edit' AND state = '${state}' ORDER BY id ${order} LIMIT 1`;
  const whole = "id, action, changes";
  const head = "id AS editId, action";
  const toUndo = db.prepare<[number], RawEdit>(ofStack(whole, "done", "DESC"));
  const toRedo = db.prepare<[number], RawEdit>(ofStack(whole, "undone", "ASC"));
  type Head = { readonly editId: number; readonly action: EditAction };
  const undoHead = db.prepare<[number], Head>(ofStack(head, "done", "DESC"));
  const redoHead = db.prepare<[number], Head>(ofStack(head, "undone", "ASC"));
  const setState = db.prepare<[EditState, number]>("UPDATE edit SET state = ? WHERE id = ?");
  const discard = db.prepare<[number]>(
    "UPDATE edit SET state = 'discarded' WHERE image_id = ? AND kind = 'edit' AND state = 'undone'",
  );
  return {
    /** Returns its id. */
    insert: (edit: NewEdit): number => {
      const { changes } = edit;
      const added = changes.filter(({ before }) => before === null).length;
      const removed = changes.filter(({ after }) => after === null).length;
      const { lastInsertRowid } = insert.run(
        edit.datasetId,
        edit.imageId,
        edit.revision,
        edit.kind,
        edit.action,
        edit.target,
        edit.author,
        edit.at,
        added,
        removed,
        changes.length - added - removed,
        JSON.stringify(changes),
      );
      return Number(lastInsertRowid);
    },
    /** The image's last edit that stands. */
    toUndo: (imageId: number): StoredEdit | null => toEdit(toUndo.get(imageId)),
    /** The edit that the image's last undo took back. */
    toRedo: (imageId: number): StoredEdit | null => toEdit(toRedo.get(imageId)),
    /** What Undo and Redo would do, without reading the changes. */
    undoState: (imageId: number) => ({
      undo: undoHead.get(imageId) ?? null,
      redo: redoHead.get(imageId) ?? null,
    }),
    setState: (id: number, state: EditState): void => void setState.run(state, id),
    /** What was undone cannot be redone once there is a new edit. */
    discardUndone: (imageId: number): void => void discard.run(imageId),
  };
});

export type EditQueries = ReturnType<typeof editQueries>;

function toEdit(row: RawEdit | undefined): StoredEdit | null {
  return row ? { ...row, changes: parseChanges(row.changes) } : null;
}

/** The reverse of what `insert` stores. */
export function parseChanges(text: string): readonly LabelChange[] {
  return JSON.parse(text) as readonly LabelChange[];
}

interface RawLogEntry {
  readonly id: number;
  readonly imageId: number;
  readonly imagePath: string;
  readonly author: string;
  readonly at: number;
  readonly kind: "edit" | "undo" | "redo";
  readonly action: EditAction;
  readonly revision: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

const logColumns = `edit.id, image_id AS imageId, path AS imagePath, author, made_at AS at, kind, action,
  edit.revision, added, removed, changed`;

/** The log as it is read by people. */
export const editLogQueries = perDatabase((db: Db) => {
  const ofDataset = db.prepare<[number, number, number], RawLogEntry>(
    `SELECT ${logColumns} FROM edit JOIN image ON image.id = image_id WHERE edit.dataset_id = ?
       ORDER BY edit.revision DESC, edit.id DESC LIMIT ? OFFSET ?`,
  );
  const ofImage = db.prepare<[number, number, number], RawLogEntry>(
    `SELECT ${logColumns} FROM edit JOIN image ON image.id = image_id WHERE image_id = ?
       ORDER BY edit.id DESC LIMIT ? OFFSET ?`,
  );
  const datasetCount = db
    .prepare<[number], number>("SELECT count(*) FROM edit WHERE dataset_id = ?")
    .pluck();
  const imageCount = db
    .prepare<[number], number>("SELECT count(*) FROM edit WHERE image_id = ?")
    .pluck();
  return {
    /** Newest first. */
    ofDataset: (
      datasetId: number,
      offset: number,
      limit: number,
    ): { total: number; entries: EditLogEntry[] } => ({
      total: datasetCount.get(datasetId) ?? 0,
      entries: ofDataset.all(datasetId, limit, offset),
    }),
    /** Newest first. */
    ofImage: (
      imageId: number,
      offset: number,
      limit: number,
    ): { total: number; entries: EditLogEntry[] } => ({
      total: imageCount.get(imageId) ?? 0,
      entries: ofImage.all(imageId, limit, offset),
    }),
  };
});
