import type {
  EvaluationSet,
  PredictionColumns,
  TruthColumns,
} from "../../../shared/evaluation/types.ts";
import { IdIndex } from "./id-index.ts";
import type { PredictionTable } from "./read-predictions.ts";
import type { TruthFile } from "./read-truth.ts";

/** A set made from files, and what had to be left out of it. */
export interface FileSet {
  readonly set: EvaluationSet;
  readonly leftOut: {
    readonly predictionsOfUnknownImages: Dropped;
    readonly predictionsOfUnknownCategories: Dropped;
    readonly annotationsOfUnknownImages: Dropped;
    readonly annotationsOfUnknownCategories: Dropped;
  };
}

/** How many records were left out, and the first id that was not known. */
export interface Dropped {
  readonly count: number;
  readonly firstId: number | null;
}

/**
 * Looks the ids up and leaves out records whose image or category the ground truth does not list, as pycocotools
 * does with categories; it stops at an unknown image, which is too harsh for a partial ground truth.
 */
export function evaluationSet(
  file: TruthFile,
  table: PredictionTable,
  predictionCount: number,
): FileSet {
  const images = new IdIndex(file.imageIds);
  const categories = new IdIndex(file.categories.map(({ id }) => id));
  const truth = resolveIds(file.annotations, file.annotationCount, images, categories);
  const predictions = resolveIds(table, predictionCount, images, categories);
  return {
    set: {
      imageIds: images.ids,
      categoryIds: Array.from(categories.ids),
      categoryNames: Array.from(categories.ids, (id) => nameOf(file, id)),
      truth: truthColumns(file, truth),
      predictions: predictionColumns(table, predictions),
      imageSizes: sizesByIndex(file, images),
    },
    leftOut: {
      predictionsOfUnknownImages: predictions.unknownImages,
      predictionsOfUnknownCategories: predictions.unknownCategories,
      annotationsOfUnknownImages: truth.unknownImages,
      annotationsOfUnknownCategories: truth.unknownCategories,
    },
  };
}

interface Resolved {
  /** Of the rows that stay. */
  readonly image: Int32Array;
  readonly category: Int32Array;
  /** [kept] rows that stay; null where all do. */
  readonly rows: Int32Array | null;
  readonly count: number;
  readonly unknownImages: Dropped;
  readonly unknownCategories: Dropped;
}

function resolveIds(
  { imageId, categoryId }: { readonly imageId: Float64Array; readonly categoryId: Float64Array },
  count: number,
  images: IdIndex,
  categories: IdIndex,
): Resolved {
  const image = images.ofAll(imageId, count);
  const category = categories.ofAll(categoryId, count);
  const unknownImages = { count: 0, firstId: null as number | null };
  const unknownCategories = { count: 0, firstId: null as number | null };
  for (let row = 0; row < count; row++) {
    if (image[row]! >= 0 && category[row]! >= 0) continue;
    const dropped = image[row]! < 0 ? unknownImages : unknownCategories;
    dropped.firstId ??= image[row]! < 0 ? imageId[row]! : categoryId[row]!;
    dropped.count++;
  }
  const kept = count - unknownImages.count - unknownCategories.count;
  if (kept === count)
    return { image, category, rows: null, count, unknownImages, unknownCategories };
  const rows = new Int32Array(kept);
  for (let row = 0, at = 0; row < count; row++)
    if (image[row]! >= 0 && category[row]! >= 0) rows[at++] = row;
  return {
    image: pick(image, rows, 1),
    category: pick(category, rows, 1),
    rows,
    count: kept,
    unknownImages,
    unknownCategories,
  };
}

function truthColumns({ annotations }: TruthFile, resolved: Resolved): TruthColumns {
  return {
    image: resolved.image,
    category: resolved.category,
    boxes: column(annotations.boxes, resolved, 4),
    area: column(annotations.area, resolved, 1),
    crowd: column(annotations.crowd, resolved, 1),
    ignore: column(annotations.ignore, resolved, 1),
  };
}

function predictionColumns(table: PredictionTable, resolved: Resolved): PredictionColumns {
  return {
    image: resolved.image,
    category: resolved.category,
    boxes: column(table.boxes, resolved, 4),
    score: column(table.score, resolved, 1),
  };
}

type Column = Int32Array | Float64Array | Uint8Array;

/** The rows of a column, `width` entries each, that stay. */
function column<Kind extends Column>(all: Kind, { rows, count }: Resolved, width: number): Kind {
  return rows ? pick(all, rows, width) : (all.subarray(0, width * count) as Kind);
}

function pick<Kind extends Column>(all: Kind, rows: Int32Array, width: number): Kind {
  const Kind = all.constructor as new (buffer: SharedArrayBuffer) => Kind;
  const picked = new Kind(new SharedArrayBuffer(rows.length * width * all.BYTES_PER_ELEMENT));
  for (let at = 0; at < rows.length; at++)
    for (let i = 0; i < width; i++) picked[at * width + i] = all[rows[at]! * width + i]!;
  return picked;
}

/** A category listed twice has the name that stands last, as in pycocotools. */
function nameOf({ categories }: TruthFile, id: number): string {
  return categories.findLast((category) => category.id === id)!.name;
}

function sizesByIndex({ imageIds, imageSizes }: TruthFile, images: IdIndex): Float64Array {
  const sizes = new Float64Array(2 * images.ids.length);
  for (let row = 0; row < imageIds.length; row++) {
    const index = images.of(imageIds[row]!);
    sizes.set(imageSizes.subarray(2 * row, 2 * row + 2), 2 * index);
  }
  return sizes;
}
