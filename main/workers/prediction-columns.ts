import { unpackPredictions } from "../db/prediction-blob.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { JobProgress } from "../services/job-context.ts";
import type { DatasetColumns } from "./dataset-columns.ts";

const REPORT_EVERY = 500;

/** The P predictions of a set, image after image as the dataset's images stand, in file order within each. */
export interface PredictionSetColumns {
  readonly id: number;
  /** Stands for this set on these images and categories and no other. */
  readonly key: string;
  /** [P] index into the dataset's images. */
  readonly image: Int32Array;
  /** [P] index into the dataset's categories. */
  readonly category: Int32Array;
  /** [P,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [P] */
  readonly score: Float64Array;
  /** [I+1] those of image i are the rows offsets[i] to offsets[i + 1]. */
  readonly offsets: Int32Array;
  readonly bytes: number;
}

export function loadPredictions(
  queries: ColumnQueries,
  { setId, key }: { readonly setId: number; readonly key: string },
  dataset: DatasetColumns,
  report: (at: JobProgress) => void,
): PredictionSetColumns {
  const { imageIndex, images, categories } = dataset;
  const offsets = new Int32Array(images.length + 1);
  for (const [imageId, count] of queries.predictionCounts(setId)) {
    const i = imageIndex.get(imageId);
    if (i !== undefined) offsets[i + 1] = count;
  }
  for (let i = 0; i < images.length; i += 1) offsets[i + 1]! += offsets[i]!;
  const total = offsets[images.length]!;
  const image = new Int32Array(total);
  const category = new Int32Array(total);
  const boxes = new Float64Array(4 * total);
  const score = new Float64Array(total);
  const categoryIndex = new Map(categories.map(({ id }, k) => [id, k]));
  let step = 0;
  for (const [imageId, data] of queries.predictionBlobs(setId)) {
    if (step++ % REPORT_EVERY === 0)
      report({ phase: "Reading predictions", step, total: images.length, unit: "images" });
    const i = imageIndex.get(imageId);
    if (i === undefined) continue;
    const packed = unpackPredictions(data);
    const from = offsets[i]!;
    image.fill(i, from, offsets[i + 1]);
    boxes.set(packed.boxes, 4 * from);
    score.set(packed.scores, from);
    for (let p = 0; p < packed.categoryIds.length; p += 1) {
      category[from + p] = categoryIndex.get(packed.categoryIds[p]!) ?? -1;
    }
  }
  return {
    id: setId,
    key,
    image,
    category,
    boxes,
    score,
    offsets,
    bytes: 48 * total + 4 * images.length,
  };
}
