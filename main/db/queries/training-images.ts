import type { Db } from "../open.ts";

export interface ImageToLearn {
  readonly id: number;
  /** The id in the user's files. */
  readonly sourceId: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly state: "ok" | "missing" | "unreadable";
}

/** [image_id, category_id, x, y, w, h, crowd, ignore] */
export type LabelToLearn = [
  imageId: number,
  categoryId: number,
  x: number,
  y: number,
  w: number,
  h: number,
  crowd: number,
  ignore: number,
];

/** A dataset's images with their labels, some at a time, so that reading many never holds up anything else. */
export function learningQueries(db: Db) {
  const images = db.prepare<[number, number, number], ImageToLearn>(
    `SELECT id, source_id AS sourceId, path, width, height, state FROM image
       WHERE dataset_id = ? AND source_id > ? ORDER BY source_id LIMIT ?`,
  );
  const labels = db
    .prepare<[string], LabelToLearn>(
      `SELECT image_id, category_id, x, y, w, h, crowd, ignore FROM annotation
         WHERE image_id IN (SELECT value FROM json_each(?)) ORDER BY image_id, id`,
    )
    .raw();
  return {
    /** At most `count` in the order of their ids in the user's files, those after `after`. */
    images: (datasetId: number, after: number, count: number): ImageToLearn[] =>
      images.all(datasetId, after, count),
    /** By image; images without labels are left out. */
    labels: (imageIds: readonly number[]): ReadonlyMap<number, readonly LabelToLearn[]> =>
      Map.groupBy(labels.all(JSON.stringify(imageIds)), ([imageId]) => imageId),
  };
}
