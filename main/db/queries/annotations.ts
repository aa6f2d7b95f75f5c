import type { ReviewState } from "../../../shared/domain/editing.ts";
import type { Category, CategoryRole, ImageRecord } from "../../../shared/domain/records.ts";
import type { Db } from "../open.ts";
import { perDatabase } from "../per-database.ts";

/** All there is to an annotation but its id and its image: what the edit log keeps, so that any edit can be reversed. */
export interface StoredLabel {
  readonly categoryId: number;
  /** The id in the user's files; null where it was drawn here or the format has none. */
  readonly sourceId: number | null;
  /** xywh pixels, never rounded. */
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Square pixels. */
  readonly area: number;
  readonly crowd: boolean;
  readonly ignore: boolean;
  /** JSON as in the file; null without a mask. */
  readonly segmentation: string | null;
  /** JSON: truncation, occlusion, difficult, ... */
  readonly attributes: string | null;
}

export interface LabelRow extends StoredLabel {
  readonly id: number;
  readonly imageId: number;
}

/** An image whose labels can be edited: its dataset is there. */
export interface EditableImage extends ImageRecord {
  readonly datasetId: number;
  readonly datasetRoot: string;
  readonly revision: number;
  readonly review: ReviewState;
}

type RawLabel = Omit<LabelRow, "crowd" | "ignore"> & {
  readonly crowd: number;
  readonly ignore: number;
};

const labelColumns = `annotation.id, image_id AS imageId, category_id AS categoryId,
  annotation.source_id AS sourceId, x, y, w, h, area, crowd, ignore, segmentation, annotation.attributes`;

/** Labels, one by one and by image. None of these holds a transaction; the caller does. */
export const annotationQueries = perDatabase((db: Db) => {
  const image = db.prepare<[number], EditableImage>(
    `SELECT image.id, image.source_id AS sourceId, image.path, image.width, image.height, image.review,
       dataset.id AS datasetId, dataset.root AS datasetRoot, dataset.revision
       FROM image JOIN dataset ON dataset.id = image.dataset_id WHERE image.id = ? AND dataset.ready = 1`,
  );
  const byId = db.prepare<[number], RawLabel>(
    `SELECT ${labelColumns} FROM annotation WHERE id = ?`,
  );
  const ofImage = db.prepare<[number], RawLabel>(
    `SELECT ${labelColumns} FROM annotation WHERE image_id = ? ORDER BY id`,
  );
  // The join is written as a cross join so that SQLite walks the annotations in order of their ids.
  const someOfDataset = db.prepare<[number, number, number], RawLabel>(
    `SELECT ${labelColumns} FROM annotation CROSS JOIN image ON image.id = annotation.image_id
       WHERE annotation.id > ? AND image.dataset_id = ? ORDER BY annotation.id LIMIT ?`,
  );
  const insert = db.prepare(
    `INSERT INTO annotation (id, image_id, category_id, source_id, x, y, w, h, area, crowd, ignore, segmentation, attributes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE annotation SET category_id = ?, source_id = ?, x = ?, y = ?, w = ?, h = ?, area = ?, crowd = ?, ignore = ?,
       segmentation = ?, attributes = ? WHERE id = ?`,
  );
  const remove = db.prepare<[number]>("DELETE FROM annotation WHERE id = ?");
  const revise = db
    .prepare<[number], number>(
      "UPDATE dataset SET revision = revision + 1 WHERE id = ? RETURNING revision",
    )
    .pluck();
  const values = (label: StoredLabel) => [
    label.categoryId,
    label.sourceId,
    label.x,
    label.y,
    label.w,
    label.h,
    label.area,
    label.crowd ? 1 : 0,
    label.ignore ? 1 : 0,
    label.segmentation,
    label.attributes,
  ];
  return {
    /** null where there is no such image, or its dataset is being filled or removed. */
    image: (imageId: number): EditableImage | null => image.get(imageId) ?? null,
    byId: (id: number): LabelRow | null => {
      const row = byId.get(id);
      return row ? toLabel(row) : null;
    },
    /** In file order. */
    ofImage: (imageId: number): LabelRow[] => ofImage.all(imageId).map(toLabel),
    /** In file order, from the one after this id. */
    someOfDataset: (datasetId: number, afterId: number, limit: number): LabelRow[] =>
      someOfDataset.all(afterId, datasetId, limit).map(toLabel),
    insert: (id: number, imageId: number, label: StoredLabel): void =>
      void insert.run(id, imageId, ...values(label)),
    update: (id: number, label: StoredLabel): void => void update.run(...values(label), id),
    remove: (id: number): void => void remove.run(id),
    /** Returns the dataset's new revision. */
    revise: (datasetId: number): number => revise.get(datasetId)!,
  };
});

export type AnnotationQueries = ReturnType<typeof annotationQueries>;

function toLabel(row: RawLabel): LabelRow {
  return { ...row, crowd: row.crowd !== 0, ignore: row.ignore !== 0 };
}

/**
 * Takes `count` ids for new annotations and returns the first. Every insert into `annotation` gets its id here: SQLite
 * would give the id of a removed last row again, and then undoing its removal had no place to bring it back to.
 */
export const annotationIds = perDatabase((db: Db): ((count: number) => number) => {
  const take = db
    .prepare<{ count: number }, number>(
      `INSERT INTO annotation_id (only, last) VALUES (1, (SELECT coalesce(max(id), 0) FROM annotation) + :count)
         ON CONFLICT DO UPDATE SET last = max(last, (SELECT coalesce(max(id), 0) FROM annotation)) + :count
         RETURNING last`,
    )
    .pluck();
  return (count) => take.get({ count })! - count + 1;
});

/** How far the labels of images are. */
export const reviewQueries = perDatabase((db: Db) => {
  const ofDataset = db
    .prepare<[number], [imageId: number, state: ReviewState]>(
      "SELECT id, review FROM image WHERE dataset_id = ?",
    )
    .raw();
  const set = db.prepare<[ReviewState, number]>(
    `UPDATE image SET review = ? WHERE id = ? AND dataset_id IN (SELECT id FROM dataset WHERE ready = 1)`,
  );
  return {
    ofDataset: (datasetId: number): IterableIterator<[imageId: number, state: ReviewState]> =>
      ofDataset.iterate(datasetId),
    /** Returns how many there are of it: 1, or 0 where there is no such image. */
    set: (imageId: number, state: ReviewState): number => set.run(state, imageId).changes,
  };
});

export type ReviewQueries = ReturnType<typeof reviewQueries>;

/** The classes of a dataset, as far as they can be edited. */
export const categoryQueries = perDatabase((db: Db) => {
  const columns = "id, source_id AS sourceId, name, role";
  const ofDataset = db.prepare<[number], Category>(
    `SELECT ${columns} FROM category WHERE dataset_id = ? ORDER BY source_id`,
  );
  const byId = db.prepare<[number], Category & { readonly datasetId: number }>(
    `SELECT ${columns}, dataset_id AS datasetId FROM category WHERE id = ?`,
  );
  const insert = db.prepare<[number, number, string, CategoryRole]>(
    "INSERT INTO category (dataset_id, source_id, name, role) VALUES (?, ?, ?, ?)",
  );
  const rename = db.prepare<[string, number]>("UPDATE category SET name = ? WHERE id = ?");
  return {
    ofDataset: (datasetId: number): Category[] => ofDataset.all(datasetId),
    byId: (id: number): (Category & { readonly datasetId: number }) | null => byId.get(id) ?? null,
    /** Returns the new class's id. */
    insert: (datasetId: number, { sourceId, name, role }: Omit<Category, "id">): number =>
      Number(insert.run(datasetId, sourceId, name, role).lastInsertRowid),
    rename: (id: number, name: string): void => void rename.run(name, id),
  };
});
