import type { NamedRevision } from "../../../shared/api/revisions.ts";
import type { Db } from "../open.ts";
import { perDatabase } from "../per-database.ts";
import { parseChanges, type LabelChange } from "./edits.ts";

/** The changes of one entry of the edit log. */
export interface LoggedChanges {
  readonly id: number;
  readonly imageId: number;
  readonly revision: number;
  readonly changes: readonly LabelChange[];
}

/** Where reading the log goes on: after this revision and, within the next, after this entry. */
export interface LogPlace {
  readonly revision: number;
  readonly id: number;
}

type RawChanges = Omit<LoggedChanges, "changes"> & { readonly changes: string };

/** The edit log as what leads from one revision to another, and the revisions that have names. */
export const revisionQueries = perDatabase((db: Db) => {
  const current = db
    .prepare<[number], number>("SELECT revision FROM dataset WHERE id = ? AND ready = 1")
    .pluck();
  const ofDataset = db.prepare<[number, number, number, number, number], RawChanges>(
    `SELECT id, image_id AS imageId, revision, changes FROM edit
       WHERE dataset_id = ? AND (revision, id) > (?, ?) AND revision <= ? ORDER BY revision, id LIMIT ?`,
  );
  const ofImage = db.prepare<[number, number, number], RawChanges>(
    `SELECT id, image_id AS imageId, revision, changes FROM edit
       WHERE image_id = ? AND revision > ? AND revision <= ? ORDER BY id`,
  );
  const named = db.prepare<[number], NamedRevision>(
    `SELECT id, dataset_id AS datasetId, revision, name, author, created_at AS createdAt
       FROM named_revision WHERE dataset_id = ? ORDER BY revision DESC, id DESC`,
  );
  const insert = db.prepare(
    "INSERT INTO named_revision (dataset_id, revision, name, author, created_at) VALUES (?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<[number]>("DELETE FROM named_revision WHERE id = ?");
  return {
    /** null where there is no such dataset, or it is being filled or removed. */
    current: (datasetId: number): number | null => current.get(datasetId) ?? null,
    /** Oldest first, of the revisions after `from` up to and including `to`. */
    changes: (datasetId: number, from: LogPlace, to: number, limit: number): LoggedChanges[] =>
      ofDataset.all(datasetId, from.revision, from.id, to, limit).map(toLogged),
    /** Oldest first, of the revisions after `from` up to and including `to`. */
    imageChanges: (imageId: number, from: number, to: number): LoggedChanges[] =>
      ofImage.all(imageId, from, to).map(toLogged),
    /** Newest first. */
    named: (datasetId: number): NamedRevision[] => named.all(datasetId),
    /** Returns its id. */
    insert: ({ datasetId, revision, name, author, createdAt }: Omit<NamedRevision, "id">): number =>
      Number(insert.run(datasetId, revision, name, author, createdAt).lastInsertRowid),
    /** Returns how many there were of it: 1 or 0. */
    remove: (revisionId: number): number => remove.run(revisionId).changes,
  };
});

export type RevisionQueries = ReturnType<typeof revisionQueries>;

function toLogged(row: RawChanges): LoggedChanges {
  return { ...row, changes: parseChanges(row.changes) };
}
