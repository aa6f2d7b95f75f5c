import type { ProtocolId } from "../../shared/domain/protocols.ts";
import type { Category } from "../../shared/domain/records.ts";
import type { ImageTruth } from "../../shared/evaluation/image-truth.ts";
import type {
  EvaluationSet,
  PredictionColumns,
  TruthColumns,
} from "../../shared/evaluation/types.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import type { PredictionSetColumns } from "./prediction-columns.ts";

/** What an evaluator gets, and the way back from its rows to the dataset's. */
export interface EvaluationRows {
  readonly set: EvaluationSet;
  /** Categories that are scored, in ascending id of the user's files. */
  readonly classes: readonly Category[];
  /** Truth row to annotation; null where the two are the same. */
  readonly annotationOf: Int32Array | null;
}

const NOT_SCORED = -1;

/**
 * The rows that are scored. Only categories of the role `object` are classes; their regions apart, other annotations
 * take no part. VisDrone's maxDets cut counts predictions of any category, so there those outside the classes stay.
 */
export function scoringRows(
  dataset: DatasetColumns,
  predictions: PredictionSetColumns,
  protocol: ProtocolId,
): EvaluationRows {
  const keepsAll = protocol === "visdrone";
  return makeRows(dataset, predictions, {
    truth: ({ role }) => role === "object",
    predictions: (category) => keepsAll || category?.role === "object",
  });
}

/**
 * The rows that are judged one by one: all but ignored regions. Those of categories that are not scored carry class
 * -1; predictions are the very rows of the set.
 */
export function judgingRows(
  dataset: DatasetColumns,
  predictions: PredictionSetColumns,
): EvaluationRows {
  return makeRows(dataset, predictions, {
    truth: ({ role }) => role !== "ignored-region",
    predictions: () => true,
  });
}

/** As `judgingRows` gives them once labels changed; what labels do not touch is that of `before`. */
export function judgingRowsAgain(before: EvaluationRows, dataset: DatasetColumns): EvaluationRows {
  const isJudged = dataset.categories.map(({ role }) => role !== "ignored-region");
  const annotationOf = rowsWhere(dataset.category, (k) => isJudged[k]!);
  const { classes, classOf } = classesOf(dataset);
  const truth = takeTruth(dataset, annotationOf, classOf);
  return {
    set: {
      ...before.set,
      categoryNames: classes.map(({ name }) => name),
      truth,
      regions: takeRegions(dataset),
    },
    classes,
    annotationOf,
  };
}

/** The rows of one image as `judgingRows` has them, and the annotation row of each of its truth rows. */
export function judgingRowsOfImage(
  dataset: DatasetColumns,
  predictions: PredictionSetColumns,
  image: number,
): { readonly set: EvaluationSet; readonly annotationOf: Int32Array } {
  const { classes, classOf } = classesOf(dataset);
  const { sourceId, width, height } = dataset.images[image]!;
  const rows = rowsOfImage(dataset, image);
  const isRegion = (row: number) =>
    dataset.categories[dataset.category[row]!]!.role === "ignored-region";
  const annotationOf = rows.filter((row) => !isRegion(row));
  const regions = takeBoxes(dataset.boxes, rows.filter(isRegion));
  const [from, end] = [predictions.offsets[image]!, predictions.offsets[image + 1]!];
  const predictionRows = Int32Array.from({ length: end - from }, (_, n) => from + n);
  const set: EvaluationSet = {
    imageIds: [sourceId],
    categoryIds: classes.map(({ sourceId: id }) => id),
    categoryNames: classes.map(({ name }) => name),
    truth: {
      ...takeTruth(dataset, annotationOf, classOf),
      image: new Int32Array(annotationOf.length),
    },
    predictions: {
      ...takePredictions(predictions, predictionRows, classOf),
      image: new Int32Array(end - from),
    },
    regions: { image: new Int32Array(regions.length / 4), boxes: regions },
    imageSizes: Float64Array.of(width, height),
  };
  return { set, annotationOf };
}

/** The annotation rows of one image, in file order. */
export function rowsOfImage({ offsets, byImage }: DatasetColumns, image: number): Int32Array {
  return byImage.subarray(offsets[image], offsets[image + 1]);
}

/** The labels of one image as `scoringRows` has them. */
export function scoredLabels(
  dataset: DatasetColumns,
  image: number,
): { readonly truth: ImageTruth; readonly regions: Float64Array } {
  const { categories } = dataset;
  const rows = rowsOfImage(dataset, image);
  const ofRole = (role: Category["role"]) =>
    rows.filter((row) => categories[dataset.category[row]!]!.role === role);
  return {
    truth: takeTruth(dataset, ofRole("object"), classesOf(dataset).classOf),
    regions: takeBoxes(dataset.boxes, ofRole("ignored-region")),
  };
}

interface Keep {
  readonly truth: (category: Category) => boolean;
  /** undefined stands for a category that was removed. */
  readonly predictions: (category: Category | undefined) => boolean;
}

function makeRows(
  dataset: DatasetColumns,
  predictions: PredictionSetColumns,
  keep: Keep,
): EvaluationRows {
  const { categories, images } = dataset;
  const { classes, classOf } = classesOf(dataset);
  const keepsTruth = categories.map(keep.truth);
  const keepsPrediction = categories.map(keep.predictions);
  const keepsRemoved = keep.predictions(undefined);
  const annotationOf = rowsWhere(dataset.category, (k) => keepsTruth[k]!);
  const predictionOf = rowsWhere(predictions.category, (k) =>
    k < 0 ? keepsRemoved : keepsPrediction[k]!,
  );
  const set: EvaluationSet = {
    imageIds: Float64Array.from(images, ({ sourceId }) => sourceId),
    categoryIds: classes.map(({ sourceId }) => sourceId),
    categoryNames: classes.map(({ name }) => name),
    truth: takeTruth(dataset, annotationOf, classOf),
    predictions: takePredictions(predictions, predictionOf, classOf),
    regions: takeRegions(dataset),
    imageSizes: imageSizes(dataset),
  };
  return { set, classes, annotationOf };
}

/** The categories that are scored, and for each category its place among them or -1. */
function classesOf({ categories }: DatasetColumns): { classes: Category[]; classOf: Int32Array } {
  const classes = categories.filter(({ role }) => role === "object");
  return { classes, classOf: Int32Array.from(categories, (category) => classes.indexOf(category)) };
}

function imageSizes({ images }: DatasetColumns): Float64Array {
  const sizes = new Float64Array(2 * images.length);
  images.forEach(({ width, height }, i) => sizes.set([width, height], 2 * i));
  return sizes;
}

/** The rows whose value passes; null where all do, so that nothing needs copying. */
function rowsWhere(values: Int32Array, passes: (value: number) => boolean): Int32Array | null {
  let count = 0;
  for (const value of values) if (passes(value)) count += 1;
  if (count === values.length) return null;
  const rows = new Int32Array(count);
  let n = 0;
  for (let row = 0; row < values.length; row += 1) if (passes(values[row]!)) rows[n++] = row;
  return rows;
}

function takeTruth(
  dataset: DatasetColumns,
  rows: Int32Array | null,
  classOf: Int32Array,
): TruthColumns {
  return {
    image: take(dataset.image, rows),
    category: take(dataset.category, rows).map((k) => classOf[k]!),
    boxes: takeBoxes(dataset.boxes, rows),
    area: take(dataset.area, rows),
    crowd: take(dataset.crowd, rows),
    ignore: take(dataset.ignore, rows),
  };
}

function takePredictions(
  predictions: PredictionSetColumns,
  rows: Int32Array | null,
  classOf: Int32Array,
): PredictionColumns {
  return {
    image: take(predictions.image, rows),
    category: take(predictions.category, rows).map((k) => (k < 0 ? NOT_SCORED : classOf[k]!)),
    boxes: takeBoxes(predictions.boxes, rows),
    score: take(predictions.score, rows),
  };
}

function takeRegions(dataset: DatasetColumns): { image: Int32Array; boxes: Float64Array } {
  const isRegion = dataset.categories.map(({ role }) => role === "ignored-region");
  const rows = rowsWhere(dataset.category, (k) => isRegion[k]!);
  return { image: take(dataset.image, rows), boxes: takeBoxes(dataset.boxes, rows) };
}

function take<Column extends Int32Array | Float64Array | Uint8Array>(
  column: Column,
  rows: Int32Array | null,
): Column {
  if (rows === null) return column;
  const taken = new (column.constructor as new (length: number) => Column)(rows.length);
  for (let n = 0; n < rows.length; n += 1) taken[n] = column[rows[n]!]!;
  return taken;
}

function takeBoxes(boxes: Float64Array, rows: Int32Array | null): Float64Array {
  if (rows === null) return boxes;
  const taken = new Float64Array(4 * rows.length);
  for (let n = 0; n < rows.length; n += 1) {
    const from = 4 * rows[n]!;
    for (let side = 0; side < 4; side += 1) taken[4 * n + side] = boxes[from + side]!;
  }
  return taken;
}
