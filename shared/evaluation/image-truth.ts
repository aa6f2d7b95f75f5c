/** Ground truth kept image by image, so that one image's labels can be exchanged. */
import { AppError } from "../domain/app-error.ts";
import { countingSort } from "./group-rows.ts";
import type { EvaluationSet, TruthColumns } from "./types.ts";

/** The ground truth of one image as columns, in file order. */
export type ImageTruth = Omit<TruthColumns, "image">;

/** The ground truth of each image, in file order within the image. */
export function splitByImage(truth: TruthColumns, imageCount: number): ImageTruth[] {
  const { rows, start } = countingSort(truth.image, imageCount, null);
  return Array.from({ length: imageCount }, (_, image) =>
    pickRows(truth, rows.subarray(start[image]!, start[image + 1]!)),
  );
}

/** All images' ground truth as one, by ascending image. */
export function joinImages(images: readonly ImageTruth[]): TruthColumns {
  const count = images.reduce((sum, { category }) => sum + category.length, 0);
  const joined = {
    image: new Int32Array(count),
    category: new Int32Array(count),
    boxes: new Float64Array(4 * count),
    area: new Float64Array(count),
    crowd: new Uint8Array(count),
    ignore: new Uint8Array(count),
  };
  let at = 0;
  for (const [image, { category, boxes, area, crowd, ignore }] of images.entries()) {
    joined.image.fill(image, at, at + category.length);
    joined.category.set(category, at);
    joined.boxes.set(boxes, 4 * at);
    joined.area.set(area, at);
    joined.crowd.set(crowd, at);
    joined.ignore.set(ignore, at);
    at += category.length;
  }
  return joined;
}

/** The classes whose ground truth is not the same, box by box and in the same order, in `before` and `after`. */
export function changedClasses(before: ImageTruth, after: ImageTruth): number[] {
  const classes = new Set([...before.category, ...after.category]);
  return [...classes].filter((k) => {
    const some = describe(before, k);
    const others = describe(after, k);
    return some.length !== others.length || some.some((value, i) => !Object.is(value, others[i]));
  });
}

function describe({ category, boxes, area, crowd, ignore }: ImageTruth, k: number): number[] {
  const values: number[] = [];
  for (let n = 0; n < category.length; n++)
    if (category[n] === k)
      values.push(...boxes.subarray(4 * n, 4 * n + 4), area[n]!, crowd[n]!, ignore[n]!);
  return values;
}

function pickRows(truth: TruthColumns, rows: Int32Array): ImageTruth {
  return {
    category: rows.map((row) => truth.category[row]!),
    boxes: Float64Array.from({ length: 4 * rows.length }, (_, i) => {
      return truth.boxes[4 * rows[i >> 2]! + (i & 3)]!;
    }),
    area: Float64Array.from(rows, (row) => truth.area[row]!),
    crowd: Uint8Array.from(rows, (row) => truth.crowd[row]!),
    ignore: Uint8Array.from(rows, (row) => truth.ignore[row]!),
  };
}

/** A set with the classes of `set` and one image, which has `truth` and no predictions. */
export function setOfImage(set: EvaluationSet, truth: ImageTruth): EvaluationSet {
  const none = new Int32Array(0);
  return {
    imageIds: [0],
    categoryIds: set.categoryIds,
    categoryNames: set.categoryNames,
    truth: { ...truth, image: new Int32Array(truth.category.length) },
    predictions: {
      image: none,
      category: none,
      boxes: new Float64Array(0),
      score: new Float64Array(0),
    },
  };
}

export function copyOf({ category, boxes, area, crowd, ignore }: ImageTruth): ImageTruth {
  return {
    category: category.slice(),
    boxes: boxes.slice(),
    area: area.slice(),
    crowd: crowd.slice(),
    ignore: ignore.slice(),
  };
}

export function unknownImage(image: number, count: number): AppError {
  return new AppError(
    "evaluation/unknown-image",
    `There is no image ${image}; the set has ${count} images, counted from 0.`,
  );
}
