import type { SuspectKind } from "../../../shared/api/suspects.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { RejectedSuspect } from "../../../shared/suspects/rejections.ts";
import type { Db } from "../open.ts";

export interface RejectionRow extends RejectedSuspect {
  readonly id: number;
  readonly imageId: number;
  readonly imagePath: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export type NewRejection = Omit<RejectionRow, "id" | "imagePath">;

interface RawRejection {
  readonly id: number;
  readonly imageId: number;
  readonly imagePath: string;
  readonly kind: SuspectKind;
  readonly annotationId: number | null;
  readonly categoryId: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly author: string;
  readonly at: number;
}

/** Suspects that a person called right. */
export function suspectQueries(db: Db) {
  const insert = db.prepare(
    `INSERT INTO suspect_rejection (image_id, kind, annotation_id, category_id, x, y, w, h, author, made_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = db.prepare<[number]>("DELETE FROM suspect_rejection WHERE id = ?");
  const ofDataset = db.prepare<[number], RawRejection>(
    `SELECT suspect_rejection.id, image_id AS imageId, image.path AS imagePath, kind,
       annotation_id AS annotationId, category_id AS categoryId, x, y, w, h, author, made_at AS at
       FROM suspect_rejection JOIN image ON image.id = image_id
       WHERE dataset_id = ? ORDER BY suspect_rejection.id DESC`,
  );
  return {
    /** Returns its id. */
    insert: ({ imageId, kind, annotationId, categoryId, box, author, at }: NewRejection): number =>
      Number(
        insert.run(imageId, kind, annotationId, categoryId, ...box, author, at).lastInsertRowid,
      ),
    /** False where there is none. */
    remove: (id: number): boolean => remove.run(id).changes > 0,
    /** The newest first. */
    ofDataset: (datasetId: number): RejectionRow[] => ofDataset.all(datasetId).map(toRejection),
  };
}

export type SuspectQueries = ReturnType<typeof suspectQueries>;

function toRejection({ x, y, w, h, ...row }: RawRejection): RejectionRow {
  const box: XywhPixels = [x, y, w, h];
  return { ...row, box };
}
