/** Ground truth kept image by image, so that one image's labels can be exchanged. */
import { countingSort } from "./group-rows.ts";
import type { TruthColumns } from "./types.ts";

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
