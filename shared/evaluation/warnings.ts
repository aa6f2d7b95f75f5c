/** What a small-object user should know before trusting a number. Messages are short and carry their figures. */
import type { EvaluationParams } from "../domain/protocols.ts";
import { bucketOf } from "./failures/bucket.ts";
import { findMisreading } from "./failures/misreadings.ts";
import { rulesOf } from "./failures/rules.ts";
import { headlineOf } from "./summarize.ts";
import type { EvaluationResult, EvaluationSet, EvaluationWarning } from "./types.ts";
import { dropInRegions } from "./visdrone/regions.ts";

/** What the set itself cannot tell. */
export interface WarningOptions {
  /** Boxes the detector can give for an image; null where unknown. */
  readonly queryCount?: number | null;
  /** Predictions that were left out because their image or class id is not in the ground truth. */
  readonly unknownImages?: number;
  readonly unknownClasses?: number;
  /** True where the annotations have masks, whose area may differ from w*h. */
  readonly hasMasks?: boolean;
}

/** In order of importance; empty where nothing is worth saying. */
export function evaluationWarnings(
  set: EvaluationSet,
  result: EvaluationResult,
  options: WarningOptions = {},
): EvaluationWarning[] {
  const { params } = result;
  return [
    missingSides(set),
    ...misreadings(set, result),
    normalised("annotations", set.truth.boxes),
    unknownRecords("image", options.unknownImages ?? 0),
    unknownRecords("class", options.unknownClasses ?? 0),
    crowdedImages(set, params),
    beyondQueries(set, options.queryCount ?? null),
    cutDetections(set, params),
    unsortedRows(set, params),
    classesWithoutTruth(set, result),
    oddAreas(set, params, options.hasMasks ?? false),
    scoresOfOneValue(set),
  ].filter((warning) => warning !== null);
}

/** 12,345. Intl does the same, but loading its tables costs more than finding all warnings. */
const figure = (whole: number) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
const count = (n: number, one: string, many = `${one}s`) => `${figure(n)} ${n === 1 ? one : many}`;

function missingSides({ truth, predictions }: EvaluationSet): EvaluationWarning | null {
  if (truth.image.length === 0)
    return {
      code: "annotations/none",
      message: "There are no annotations, so there is nothing to score.",
      count: 0,
    };
  if (predictions.image.length > 0) return null;
  return {
    code: "predictions/none",
    message: "There are no predictions, so every object is missed and AP is 0.",
    count: 0,
  };
}

/** Why AP is near zero: the reading of the predictions that would find the objects, tried on a sample. */
function misreadings(set: EvaluationSet, { summary }: EvaluationResult): EvaluationWarning[] {
  const looksRelative = normalised("predictions", set.predictions.boxes);
  const misreading = findMisreading(set);
  if (misreading !== null) {
    const { code, condition, found, foundNow, objects } = misreading;
    return [
      {
        code,
        message: `If ${condition}, ${figure(found)} of ${count(objects, "sampled object")} are found instead of ${figure(foundNow)}. Check how the predictions were written.`,
        count: found,
      },
    ];
  }
  if (looksRelative !== null) return [looksRelative];
  const ap = summary["AP50"] ?? null;
  if (ap !== 0 || set.predictions.image.length === 0) return [];
  return [
    {
      code: "predictions/no-match",
      message:
        "AP is 0: no prediction overlaps an object of its class by half or more. Other readings of the boxes, classes and images were tried and did not help; check that the predictions belong to these images.",
      count: set.predictions.image.length,
    },
  ];
}

/** boxes: [n,4] xywh. Some slack above 1: boxes may stand out of the image. */
function normalised(
  what: "annotations" | "predictions",
  boxes: Float64Array,
): EvaluationWarning | null {
  const total = boxes.length / 4;
  if (total === 0) return null;
  for (let at = 0; at < boxes.length; at += 4)
    if (boxes[at]! + boxes[at + 2]! > 1.5 || boxes[at + 1]! + boxes[at + 3]! > 1.5) return null;
  return {
    code: `${what}/normalised`,
    message: `All ${count(total, "box", "boxes")} of the ${what} lie between 0 and 1.5, so they look relative to the image size. Boxes are expected in pixels.`,
    count: total,
  };
}

function unknownRecords(what: "image" | "class", unknown: number): EvaluationWarning | null {
  if (unknown === 0) return null;
  return {
    code: `predictions/unknown-${what}`,
    message: `Left out: ${count(unknown, "prediction")} whose ${what} id is not in the ground truth.`,
    count: unknown,
  };
}

/** Objects that no detector could find under this protocol, since maxDets admits fewer predictions. */
function crowdedImages(set: EvaluationSet, params: EvaluationParams): EvaluationWarning | null {
  const limit = params.maxDets[headlineOf(params).apMaxDets]!;
  const perClass = params.protocol !== "visdrone";
  const { ignored, droppedTruth } = rulesOf(set, params);
  const out = ignored.map((flag, t) => flag | droppedTruth[t]!);
  const { beyond: objects, cells } = beyondLimit(set, set.truth, perClass, out, limit);
  if (objects === 0) return null;
  return {
    code: "objects/beyond-max-dets",
    message: `${count(objects, "object")} cannot be found: AP takes the ${figure(limit)} ${perClass ? "best predictions of an image and class" : "first predictions of an image"}, and ${count(cells, perClass ? "image and class has" : "image has", perClass ? "images and classes have" : "images have")} more objects. A larger maxDets would count them.`,
    count: objects,
  };
}

function beyondQueries(
  { truth, imageIds }: EvaluationSet,
  queryCount: number | null,
): EvaluationWarning | null {
  if (queryCount === null) return null;
  const objects = new Int32Array(imageIds.length);
  for (const image of truth.image) objects[image]!++;
  const over = objects.filter((here) => here > queryCount);
  const lost = over.reduce((sum, here) => sum + here - queryCount, 0);
  if (lost === 0) return null;
  return {
    code: "objects/beyond-query-count",
    message: `${count(lost, "object")} cannot be found: the detector gives at most ${count(queryCount, "box", "boxes")} an image, and ${count(over.length, "image has", "images have")} more objects.`,
    count: lost,
  };
}

function cutDetections(set: EvaluationSet, params: EvaluationParams): EvaluationWarning | null {
  const limit = params.maxDets[headlineOf(params).apMaxDets]!;
  const perClass = params.protocol !== "visdrone";
  // What lies in VisDrone's ignored regions is gone before the cut.
  const dropped = perClass ? null : dropInRegions(set).predictions;
  const { beyond: cut } = beyondLimit(set, set.predictions, perClass, dropped, limit);
  if (cut === 0) return null;
  return {
    code: "detections/beyond-max-dets",
    message: `Not scored: ${count(cut, "prediction")}. Only the ${figure(limit)} ${perClass ? "best of each image and class" : "first of each image"} count for AP.`,
    count: cut,
  };
}

/** A table for this many cells of image and class, a map for more. */
const LARGEST_TABLE = 1 << 22;

/** Rows (but those flagged in `out`) above `limit` in their image and class, or image alone, and how many of these. */
function beyondLimit(
  { imageIds, categoryIds }: EvaluationSet,
  { image, category }: { readonly image: Int32Array; readonly category: Int32Array },
  perClass: boolean,
  out: Uint8Array | null,
  limit: number,
): { beyond: number; cells: number } {
  const K = perClass ? categoryIds.length : 1;
  const isSmall = imageIds.length * K <= LARGEST_TABLE;
  const table = new Int32Array(isSmall ? imageIds.length * K : 0);
  const map = new Map<number, number>();
  let beyond = 0;
  let cells = 0;
  for (let row = 0; row < image.length; row++) {
    if (out !== null && out[row] === 1) continue;
    // Classes that are not scored have no cells.
    if (perClass && category[row]! < 0) continue;
    const cell = perClass ? image[row]! * K + category[row]! : image[row]!;
    const rows = isSmall ? ++table[cell]! : (map.get(cell) ?? 0) + 1;
    if (!isSmall) map.set(cell, rows);
    if (rows > limit) beyond++;
    if (rows === limit + 1) cells++;
  }
  return { beyond, cells };
}

/** VisDrone cuts by file order, so an unsorted file loses its best predictions. */
function unsortedRows(set: EvaluationSet, params: EvaluationParams): EvaluationWarning | null {
  if (params.protocol !== "visdrone") return null;
  const limit = Math.max(...params.maxDets);
  const seen = new Int32Array(set.imageIds.length);
  const lowest = new Float64Array(set.imageIds.length).fill(Infinity);
  const unsorted = new Set<number>();
  const dropped = dropInRegions(set).predictions;
  for (let p = 0; p < set.predictions.image.length; p++) {
    if (dropped[p] === 1) continue;
    const image = set.predictions.image[p]!;
    if (seen[image]!++ >= limit && set.predictions.score[p]! > lowest[image]!) unsorted.add(image);
    lowest[image] = Math.min(lowest[image]!, set.predictions.score[p]!);
  }
  if (unsorted.size === 0) return null;
  return {
    code: "predictions/unsorted",
    message: `In ${count(unsorted.size, "image")} better predictions stand below the first ${figure(limit)} rows and are cut: VisDrone keeps rows in file order. Sort them by falling score.`,
    count: unsorted.size,
  };
}

function classesWithoutTruth(
  { truth }: EvaluationSet,
  { perClass }: EvaluationResult,
): EvaluationWarning | null {
  if (truth.image.length === 0) return null;
  const held = new Set(truth.category);
  const without = perClass.filter((_, k) => !held.has(k));
  if (without.length === 0) return null;
  const names = without.slice(0, 5).map(({ name }) => name);
  if (without.length > names.length) names.push("…");
  const predictions = without.reduce((sum, { predictionCount }) => sum + predictionCount, 0);
  return {
    code: "classes/without-truth",
    message: `${count(without.length, "class has no annotations and stays", "classes have no annotations and stay")} out of the mean: ${names.join(", ")}. Not scored: ${count(predictions, "prediction")} of ${without.length === 1 ? "it" : "them"}.`,
    count: without.length,
  };
}

/** Without masks an area that is not w*h moves objects between buckets. */
function oddAreas(
  { truth }: EvaluationSet,
  params: EvaluationParams,
  hasMasks: boolean,
): EvaluationWarning | null {
  if (hasMasks) return null;
  let odd = 0;
  let moved = 0;
  for (let t = 0; t < truth.area.length; t++) {
    const box = truth.boxes[4 * t + 2]! * truth.boxes[4 * t + 3]!;
    // Areas from rounded corners are not meant.
    if (Math.abs(truth.area[t]! - box) <= Math.max(1, 0.01 * box)) continue;
    odd++;
    if (bucketOf(truth.area[t]!, params.areaRanges) !== bucketOf(box, params.areaRanges)) moved++;
  }
  if (odd === 0) return null;
  return {
    code: "areas/not-box-area",
    message: `${count(odd, "annotation has", "annotations have")} an area that is not width x height, though no mask is there; ${figure(moved)} of them ${moved === 1 ? "falls" : "fall"} into another size bucket by it.`,
    count: odd,
  };
}

function scoresOfOneValue({ predictions: { score } }: EvaluationSet): EvaluationWarning | null {
  if (score.length < 2 || score.some((value) => value !== score[0])) return null;
  return {
    code: "predictions/one-score",
    message: `All ${figure(score.length)} predictions have the score ${score[0]!}, so their order in the file decides AP.`,
    count: score.length,
  };
}
