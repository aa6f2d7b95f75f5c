import type { Category } from "../../shared/domain/records.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type {
  AnnotationRow,
  ColumnQueries,
  DatasetState,
  ImageRow,
} from "../db/queries/columns.ts";

/** A dataset as columns. I images in ascending id of the user's files, N annotations of every role in file order. */
export interface DatasetColumns {
  readonly id: number;
  /** Stands for this dataset with these labels and no other. */
  readonly key: string;
  readonly revision: number;
  /** Stands for these images, whatever their labels. */
  readonly imagesKey: string;
  /** Every category, in ascending id of the user's files; columns hold indices into this list. */
  readonly categories: readonly Category[];
  readonly images: readonly ImageRow[];
  /** Row id of an image to its index. */
  readonly imageIndex: ReadonlyMap<number, number>;
  /** [N] row ids. */
  readonly annotationId: Float64Array;
  /** [N] index into `images`. */
  readonly image: Int32Array;
  /** [N] index into `categories`. */
  readonly category: Int32Array;
  /** [N,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [N] square pixels. */
  readonly area: Float64Array;
  /** [N] 0 or 1. */
  readonly crowd: Uint8Array;
  /** [N] 0 or 1. */
  readonly ignore: Uint8Array;
  /** [I+1] `byImage` from offsets[i] to offsets[i + 1] are the annotations of image i, in file order. */
  readonly offsets: Int32Array;
  /** [N] */
  readonly byImage: Int32Array;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/** The columns that hold a value for each annotation. */
export type AnnotationColumns = Pick<
  DatasetColumns,
  "annotationId" | "image" | "category" | "boxes" | "area" | "crowd" | "ignore"
>;

export function datasetKey(id: number, { revision, createdAt }: DatasetState): string {
  return `${id}@${revision}/${createdAt}`;
}

export function datasetNotFound(id: number): AppError {
  return new AppError(
    "dataset/not-found",
    `There is no dataset ${id} in this project; it may have been removed.`,
  );
}

/** Throws `dataset/not-found`. */
export function loadDataset(queries: ColumnQueries, datasetId: number): DatasetColumns {
  const state = queries.datasetState(datasetId);
  if (state === null) throw datasetNotFound(datasetId);
  const { revision } = state;
  const categories = queries.categories(datasetId);
  const images = queries.images(datasetId);
  const imageIndex = new Map(images.map(({ id }, i) => [id, i]));
  const categoryIndex = new Map(categories.map(({ id }, k) => [id, k]));
  const columns = emptyColumns(queries.annotationCount(datasetId));
  let n = 0;
  for (const row of queries.annotations(datasetId))
    placeRow(columns, n++, row, imageIndex, categoryIndex);
  return {
    id: datasetId,
    key: datasetKey(datasetId, state),
    revision,
    imagesKey: `${datasetId}/${state.createdAt} ${images.length}`,
    categories,
    images,
    imageIndex,
    ...columns,
    ...groupByImage(columns.image, images.length),
    bytes: bytesOf(n, images.length),
  };
}

export function emptyColumns(count: number): AnnotationColumns {
  return {
    annotationId: new Float64Array(count),
    image: new Int32Array(count),
    category: new Int32Array(count),
    boxes: new Float64Array(4 * count),
    area: new Float64Array(count),
    crowd: new Uint8Array(count),
    ignore: new Uint8Array(count),
  };
}

/** Writes a row of the table as row `n` of the columns. */
export function placeRow(
  columns: AnnotationColumns,
  n: number,
  row: AnnotationRow,
  imageIndex: ReadonlyMap<number, number>,
  categoryIndex: ReadonlyMap<number, number>,
): void {
  columns.annotationId[n] = row[0];
  columns.image[n] = imageIndex.get(row[1])!;
  columns.category[n] = categoryIndex.get(row[2])!;
  columns.boxes[4 * n] = row[3];
  columns.boxes[4 * n + 1] = row[4];
  columns.boxes[4 * n + 2] = row[5];
  columns.boxes[4 * n + 3] = row[6];
  columns.area[n] = row[7];
  columns.crowd[n] = row[8];
  columns.ignore[n] = row[9];
}

export function bytesOf(annotations: number, images: number): number {
  return 70 * annotations + 250 * images;
}

/** One counting pass: the rows of each image, in the order they stand. image: [rows] index of each row's image. */
export function groupByImage(
  image: Int32Array,
  imageCount: number,
): { offsets: Int32Array; byImage: Int32Array } {
  const offsets = new Int32Array(imageCount + 1);
  for (const i of image) offsets[i + 1]! += 1;
  for (let i = 0; i < imageCount; i += 1) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice(0, imageCount);
  const byImage = new Int32Array(image.length);
  for (let row = 0; row < image.length; row += 1) byImage[next[image[row]!]!++] = row;
  return { offsets, byImage };
}
