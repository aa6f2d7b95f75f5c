/**
 * What predictions may mean instead, where hardly any of them match: each hypothesis is tried on the data, on a
 * sample of images, and judged by how many objects it would find.
 */
import type { XywhPixels } from "../../domain/records.ts";
import { intersectionOverUnion } from "../../geometry/boxes.ts";
import { countingSort } from "../group-rows.ts";
import type { EvaluationSet } from "../types.ts";

export interface Misreading {
  /** Stable, e.g. `predictions/read-as-xyxy`. */
  readonly code: string;
  /** Goes on after "If": `the boxes are read as x1, y1, x2, y2`. */
  readonly condition: string;
  /** Objects of the sample found by this reading and as it stands, of `objects`. */
  readonly found: number;
  readonly foundNow: number;
  readonly objects: number;
}

const SAMPLE_IMAGES = 60;
const MOST_PREDICTIONS = 500;
const ENOUGH_IOU = 0.5;

/** Below this share of objects found as they stand, other readings are tried. */
const LOW_SHARE = 0.3;
/** A reading explains the loss if it finds at least this share, and so many times what is found as they stand. */
const GOOD_SHARE = 0.15;
const GOOD_FACTOR = 3;

interface Reading {
  readonly code: string;
  readonly condition: string;
  readonly box?: (box: XywhPixels, image: number) => XywhPixels;
  /** Index of the class meant, -1 for none; null: any class will do. */
  readonly category?: ((category: number) => number) | null;
  /** Added to the index of the image. */
  readonly imageShift?: number;
}

/** The reading that explains why so little matches; null where enough matches, or none explains it. */
export function findMisreading(set: EvaluationSet): Misreading | null {
  const { truth, predictions } = set;
  if (truth.image.length === 0 || predictions.image.length === 0) return null;
  const sample = sampleOf(set);
  const objects = sample.truthCount;
  const enough = LOW_SHARE * objects;
  const foundNow = countFound(set, sample, { code: "", condition: "" }, enough);
  if (foundNow >= enough) return null;
  let best: Misreading | null = null;
  for (const reading of readingsOf(set)) {
    const found = countFound(set, sample, reading);
    if (found < GOOD_SHARE * objects || found < GOOD_FACTOR * Math.max(1, foundNow)) continue;
    // Readings come from the most to the least likely: a later one must do clearly better.
    if (best !== null && found < 1.2 * best.found) continue;
    best = { code: reading.code, condition: reading.condition, found, foundNow, objects };
  }
  return best;
}

function readingsOf(set: EvaluationSet): Reading[] {
  return [
    {
      code: "predictions/read-as-xyxy",
      condition: "the boxes are read as x1, y1, x2, y2",
      box: ([x, y, right, bottom]) => [x, y, right - x, bottom - y],
    },
    {
      code: "predictions/read-as-centre",
      condition: "x and y are read as the centre of the box",
      box: ([x, y, w, h]) => [x - w / 2, y - h / 2, w, h],
    },
    {
      code: "predictions/swapped-axes",
      condition: "x and y (and width and height) are swapped",
      box: ([x, y, w, h]) => [y, x, h, w],
    },
    classShift(set, 1),
    classShift(set, -1),
    ...scales(set),
    {
      code: "predictions/image-shift",
      condition: "each prediction is given to the next image",
      imageShift: 1,
    },
    {
      code: "predictions/image-shift",
      condition: "each prediction is given to the previous image",
      imageShift: -1,
    },
    {
      code: "predictions/class-mismatch",
      condition: "classes are not compared",
      category: null,
    },
  ];
}

function classShift({ categoryIds }: EvaluationSet, by: number): Reading {
  const target = categoryIds.map((id) => categoryIds.indexOf(id + by));
  return {
    code: "predictions/class-shift",
    condition: `the class ids of the predictions are ${by > 0 ? "raised" : "lowered"} by one`,
    category: (category) => target[category] ?? -1,
  };
}

/** Relative coordinates, pixels of a resized image, and the usual factors of two. */
function scales(set: EvaluationSet): Reading[] {
  const sizeOf = (image: number): [number, number] => [
    set.imageSizes?.[2 * image] ?? 0,
    set.imageSizes?.[2 * image + 1] ?? 0,
  ];
  const scaled = (name: string, factor: (image: number) => readonly [number, number]): Reading => ({
    code: "predictions/scale",
    condition: name,
    box: ([x, y, w, h], image) => {
      const [sx, sy] = factor(image);
      return [x * sx, y * sy, w * sx, h * sy];
    },
  });
  const readings = [
    scaled("the boxes are relative to the size of the image", sizeOf),
    {
      ...scaled("the boxes are relative centres and sizes", sizeOf),
      box: ([x, y, w, h]: XywhPixels, image: number): XywhPixels => {
        const [width, height] = sizeOf(image);
        return [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height];
      },
    },
  ];
  for (const factor of [2, 1 / 2, 4, 1 / 4])
    readings.push(scaled(`the boxes are scaled by ${factor}`, () => [factor, factor]));
  for (const side of [640, 800, 1024, 1333]) {
    readings.push(
      scaled(`the boxes are pixels of the image resized to ${side} on its longer side`, (image) => {
        const scale = Math.max(...sizeOf(image)) / side;
        return [scale, scale];
      }),
      scaled(`the boxes are pixels of the image resized to ${side} x ${side}`, (image) => {
        const [width, height] = sizeOf(image);
        return [width / side, height / side];
      }),
    );
  }
  return readings;
}

interface Sample {
  /** Images with ground truth, spread over the set. */
  readonly images: readonly number[];
  readonly truthCount: number;
  readonly truth: ReturnType<typeof countingSort>;
  /** By image, its first rows; also of images beside those of the sample. */
  readonly predictions: ReadonlyMap<number, readonly number[]>;
}

function sampleOf(set: EvaluationSet): Sample {
  const imageCount = set.imageIds.length;
  const truth = countingSort(set.truth.image, imageCount, null);
  const countOf = (image: number) => truth.start[image + 1]! - truth.start[image]!;
  const holding = Array.from({ length: imageCount }, (_, i) => i).filter((i) => countOf(i) > 0);
  const step = Math.max(1, holding.length / SAMPLE_IMAGES);
  const images: number[] = [];
  for (let at = 0; at < holding.length; at += step) images.push(holding[Math.floor(at)]!);
  const truthCount = images.reduce((sum, image) => sum + countOf(image), 0);
  return { images, truthCount, truth, predictions: firstRows(set, images) };
}

/** The first rows of predictions in each of these images and those beside them. */
function firstRows(
  { imageIds, predictions: { image } }: EvaluationSet,
  images: readonly number[],
): Map<number, number[]> {
  const wanted = new Uint8Array(imageIds.length);
  const lists = new Map<number, number[]>();
  for (const i of images)
    for (let near = Math.max(0, i - 1); near <= i + 1 && near < wanted.length; near++) {
      wanted[near] = 1;
      lists.set(near, []);
    }
  for (let p = 0; p < image.length; p++) {
    if (wanted[image[p]!] === 0) continue;
    const list = lists.get(image[p]!)!;
    if (list.length < MOST_PREDICTIONS) list.push(p);
  }
  return lists;
}

/** Objects of the sample that some prediction, read this way, overlaps by half or more; stops counting at `enough`. */
function countFound(
  set: EvaluationSet,
  sample: Sample,
  reading: Reading,
  enough = Infinity,
): number {
  let found = 0;
  for (const image of sample.images) {
    if (found >= enough) break;
    const from = image - (reading.imageShift ?? 0);
    const rows = sample.predictions.get(from) ?? [];
    const boxes = Array.from(rows, (p) => readBox(set, reading, p, image));
    const categories = Array.from(rows, (p) => readCategory(set, reading, p));
    for (let k = sample.truth.start[image]!; k < sample.truth.start[image + 1]!; k++) {
      const t = sample.truth.rows[k]!;
      const wanted = set.truth.category[t]!;
      const object = boxAt(set.truth.boxes, t);
      const isFound = boxes.some(
        (box, i) =>
          (categories[i] === null || categories[i] === wanted) &&
          intersectionOverUnion(object, box) >= ENOUGH_IOU,
      );
      if (isFound) found++;
    }
  }
  return found;
}

function readBox(
  { predictions }: EvaluationSet,
  reading: Reading,
  p: number,
  image: number,
): XywhPixels {
  const box = boxAt(predictions.boxes, p);
  return reading.box === undefined ? box : reading.box(box, image);
}

function readCategory({ predictions }: EvaluationSet, { category }: Reading, p: number) {
  if (category === null) return null;
  return category === undefined ? predictions.category[p]! : category(predictions.category[p]!);
}

function boxAt(boxes: Float64Array, row: number): XywhPixels {
  return [boxes[4 * row]!, boxes[4 * row + 1]!, boxes[4 * row + 2]!, boxes[4 * row + 3]!];
}
