import type { Db } from "../open.ts";

export interface PicturePlace {
  /** The dataset's image root, absolute. */
  readonly root: string;
  /** Relative to it. */
  readonly path: string;
}

/** Where the picture of an image lies; undefined where there is no such image. */
export function picturePlace(db: Db, imageId: number): PicturePlace | undefined {
  return db
    .prepare<[number], PicturePlace>(
      `SELECT dataset.root, image.path FROM image JOIN dataset ON dataset.id = image.dataset_id
       WHERE image.id = ?`,
    )
    .get(imageId);
}

/** The dataset that an image belongs to; undefined where there is no such image. */
export function datasetOfImage(db: Db, imageId: number): number | undefined {
  return db
    .prepare<[number], number>("SELECT dataset_id FROM image WHERE id = ?")
    .pluck()
    .get(imageId);
}
