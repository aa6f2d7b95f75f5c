import type { Db } from "../open.ts";

export interface ImageToLearn {
  readonly id: number;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly state: "ok" | "missing" | "unreadable";
}

/** [category_id, x, y, w, h, crowd, ignore] */
export type LabelToLearn = [
  categoryId: number,
  x: number,
  y: number,
  w: number,
  h: number,
  crowd: number,
  ignore: number,
];

/** A dataset's images with their labels, image by image, so that reading many never holds up anything else. */
export function learningQueries(db: Db) {
  const images = db.prepare<[number], ImageToLearn>(
    "SELECT id, path, width, height, state FROM image WHERE dataset_id = ? ORDER BY source_id",
  );
  const labels = db
    .prepare<[number], LabelToLearn>(
      "SELECT category_id, x, y, w, h, crowd, ignore FROM annotation WHERE image_id = ? ORDER BY id",
    )
    .raw();
  return {
    images: (datasetId: number): ImageToLearn[] => images.all(datasetId),
    labels: (imageId: number): LabelToLearn[] => labels.all(imageId),
  };
}
