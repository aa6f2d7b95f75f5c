import type { Db } from "../../db/open.ts";
import {
  annotationQueries,
  type AnnotationQueries,
  type LabelRow,
  type StoredLabel,
} from "../../db/queries/annotations.ts";
import {
  revisionQueries,
  type LogPlace,
  type RevisionQueries,
} from "../../db/queries/revisions.ts";
import { currentRevision, requireRevisions } from "./require-revision.ts";

const ROWS_AT_ONCE = 2000;
/** Few: one edit may hold ten thousand annotations. */
const EDITS_AT_ONCE = 20;
const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * The labels of a dataset as they were at a revision, in file order (by id): every column of every annotation, also of
 * those that were removed since. Read in short pieces, and no statement stays open between them, so the caller may
 * pause between two rows and the labels may be edited meanwhile: what comes is of that revision all the same. To be
 * called with the present revision for the labels as they are now.
 * Throws `dataset/not-found` and `revision/not-found` with the first row.
 */
export function* labelsAtRevision(
  db: Db,
  datasetId: number,
  revision: number,
): Generator<LabelRow, void, undefined> {
  const labels = annotationQueries(db);
  const log = revisionQueries(db);
  requireRevisions(log, datasetId, [revision]);
  const reader: PieceReader = {
    datasetId,
    labels,
    log,
    since: new Map(),
    place: { revision, id: NEWEST },
  };
  // One transaction for each piece: the labels and the log must be of one moment.
  const read = db.transaction((afterId: number) => readPiece(reader, afterId));
  let afterId = 0;
  while (afterId < NEWEST) {
    const { rows, lastId } = read(afterId);
    yield* rows;
    afterId = lastId;
  }
}

/** The same for one image. */
export function imageLabelsAtRevision(db: Db, imageId: number, revision: number): LabelRow[] {
  return db.transaction(() => {
    const since = new Map<number, LabelRow | null>();
    for (const { changes } of revisionQueries(db).imageChanges(imageId, revision, NEWEST))
      for (const { id, before } of changes) note(since, id, imageId, before);
    return asThen(annotationQueries(db).ofImage(imageId), since, 0, NEWEST);
  })();
}

/** What each annotation that changed after a revision was at it; null where it was not there. */
type Since = Map<number, LabelRow | null>;

interface PieceReader {
  readonly datasetId: number;
  readonly labels: AnnotationQueries;
  readonly log: RevisionQueries;
  readonly since: Since;
  /** How far the log has been read into `since`. */
  place: LogPlace;
}

function readPiece(
  reader: PieceReader,
  afterId: number,
): { readonly rows: readonly LabelRow[]; readonly lastId: number } {
  const { datasetId, labels, log, since } = reader;
  currentRevision(log, datasetId); // it may have been removed between two pieces
  for (;;) {
    const entries = log.changes(datasetId, reader.place, NEWEST, EDITS_AT_ONCE);
    for (const { imageId, changes } of entries)
      for (const { id, before } of changes) note(since, id, imageId, before);
    reader.place = entries.at(-1) ?? reader.place;
    if (entries.length < EDITS_AT_ONCE) break;
  }
  const present = labels.someOfDataset(datasetId, afterId, ROWS_AT_ONCE);
  const lastId = present.length < ROWS_AT_ONCE ? NEWEST : present.at(-1)!.id;
  return { rows: asThen(present, since, afterId, lastId), lastId };
}

/** The oldest entry after the revision says what the annotation was at it. */
function note(since: Since, id: number, imageId: number, before: StoredLabel | null): void {
  if (!since.has(id)) since.set(id, before === null ? null : { id, imageId, ...before });
}

/** The rows as they were, with those of `since` that are no longer there; ids from after `afterId` to `lastId`. */
function asThen(
  present: readonly LabelRow[],
  since: Since,
  afterId: number,
  lastId: number,
): LabelRow[] {
  const rows = present.filter(({ id }) => !since.has(id));
  const untouched = rows.length;
  for (const [id, row] of since) if (row !== null && id > afterId && id <= lastId) rows.push(row);
  return rows.length === untouched ? rows : rows.sort((a, b) => a.id - b.id);
}
