/** Refuses sets that would give a silent wrong number; every message names the record. */
import { AppError } from "../domain/app-error.ts";
import type { EvaluationParams } from "../domain/protocols.ts";
import type { EvaluationSet } from "./types.ts";

const MOST_RANGES = 16;

/** Throws an AppError with a code `evaluation/...` unless `set` can be evaluated with `params`. */
export function checkSet(set: EvaluationSet, params: EvaluationParams): void {
  checkParams(params);
  checkLengths(set);
  const { truth, predictions } = set;
  // VisDrone keeps rows of classes that are not scored, as category -1: they take places in its maxDets cut.
  const lowestClass = params.protocol === "visdrone" ? -1 : 0;
  checkIndices("truth", "image", truth.image, 0, set.imageIds.length);
  checkIndices("truth", "category", truth.category, lowestClass, set.categoryIds.length);
  checkIndices("predictions", "image", predictions.image, 0, set.imageIds.length);
  checkIndices(
    "predictions",
    "category",
    predictions.category,
    lowestClass,
    set.categoryIds.length,
  );
  checkBoxes("truth", truth.boxes);
  checkBoxes("predictions", predictions.boxes);
  for (let row = 0; row < truth.area.length; row++)
    if (!(truth.area[row]! >= 0 && truth.area[row]! < Infinity))
      throw badValue(
        "truth",
        row,
        "area",
        truth.area[row]!,
        "a number of square pixels, 0 or more",
      );
  for (let row = 0; row < predictions.score.length; row++)
    if (!Number.isFinite(predictions.score[row]))
      throw badValue("predictions", row, "score", predictions.score[row]!, "a finite number");
}

function checkParams({ areaRanges, maxDets }: EvaluationParams): void {
  const bad = (message: string) => new AppError("evaluation/bad-params", message);
  if (areaRanges.length === 0 || areaRanges.length > MOST_RANGES)
    throw bad(`There are ${areaRanges.length} area ranges; give 1 to ${MOST_RANGES}.`);
  for (const { label, low, high } of areaRanges)
    if (!(low <= high))
      throw bad(`Area range ${label} goes from ${low} to ${high}; the lower end comes first.`);
  const labels = areaRanges.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined)
    throw bad(`Two area ranges are called ${twice}; give each its own name.`);
  const ascending = maxDets.every((limit, m) => m === 0 || limit > maxDets[m - 1]!);
  const whole = maxDets.every((limit) => Number.isInteger(limit) && limit > 0);
  if (maxDets.length === 0 || maxDets.length > 255 || !ascending || !whole)
    throw bad(`maxDets is ${maxDets.join(",")}; give ascending whole numbers from 1.`);
}

function checkLengths({ truth, predictions, categoryIds, categoryNames }: EvaluationSet): void {
  const expect = (what: string, length: number, expected: number, like: string) => {
    if (length === expected) return;
    throw new AppError(
      "evaluation/unequal-lengths",
      `${what} has ${length} entries, but ${like} asks for ${expected}.`,
    );
  };
  const n = truth.image.length;
  expect("truth.category", truth.category.length, n, "truth.image");
  expect("truth.boxes", truth.boxes.length, 4 * n, "truth.image");
  expect("truth.area", truth.area.length, n, "truth.image");
  expect("truth.crowd", truth.crowd.length, n, "truth.image");
  expect("truth.ignore", truth.ignore.length, n, "truth.image");
  const p = predictions.image.length;
  expect("predictions.category", predictions.category.length, p, "predictions.image");
  expect("predictions.boxes", predictions.boxes.length, 4 * p, "predictions.image");
  expect("predictions.score", predictions.score.length, p, "predictions.image");
  expect("categoryNames", categoryNames.length, categoryIds.length, "categoryIds");
}

/** Every value must be in lowest..count-1. */
function checkIndices(
  columns: string,
  field: string,
  values: Int32Array,
  lowest: number,
  count: number,
): void {
  for (let row = 0; row < values.length; row++)
    if (values[row]! < lowest || values[row]! >= count)
      throw badValue(columns, row, field, values[row]!, `an index from ${lowest} to ${count - 1}`);
}

/**
 * boxes: [n,4] xywh. Sizes so small or large that the area or the right edge leaves the range of doubles make IoU
 * undefined, so they are refused like negative ones.
 */
function checkBoxes(columns: string, boxes: Float64Array): void {
  for (let row = 0, at = 0; at < boxes.length; row++, at += 4) {
    const width = boxes[at + 2]!;
    const height = boxes[at + 3]!;
    const area = width * height;
    const sound =
      width >= 0 &&
      height >= 0 &&
      area < Infinity &&
      (area > 0 || width === 0 || height === 0) &&
      Number.isFinite(boxes[at]! + width) &&
      Number.isFinite(boxes[at + 1]! + height);
    if (!sound)
      throw badValue(
        columns,
        row,
        "box",
        `[${boxes.subarray(at, at + 4).join(", ")}]`,
        "finite x, y, width, height with sizes of 0 or more pixels",
      );
  }
}

function badValue(
  columns: string,
  row: number,
  field: string,
  value: number | string,
  expected: string,
): AppError {
  return new AppError(
    "evaluation/bad-value",
    `${columns}[${row}].${field} is ${value}; expected ${expected}.`,
    { columns, row, field, value },
  );
}
