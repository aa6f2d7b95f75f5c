/**
 * Predictions laid out for matching: one pass over the columns in the order of images, in which each prediction meets
 * the ground truths of its class and image while these are in the processor's cache.
 */
import { countingSort, isAscending } from "./group-rows.ts";
import { rangeBits, type GroupedTruth } from "./group-truth.ts";
import type { Candidates } from "./overlap.ts";
import type { PredictionColumns } from "./types.ts";

/** Places of an entry's four numbers, which stand side by side for the walk by score. */
export const ROW = 0;
export const IMAGE = 1;
export const RANGES = 2;
export const LIST = 3;
/** The list of a prediction without candidates. */
export const NO_LIST = -1;

/** The predictions of some classes: class by class, then by image, then in file order. */
export interface LaidOut {
  /** [K+1] where each class begins; those left out are empty. */
  readonly classStart: Int32Array;
  /** [n,4] row of the columns, image, a bit for each area range that holds w*h, its list in `Candidates` or NO_LIST. */
  readonly entries: Int32Array;
  /** [n] */
  readonly scores: Float64Array;
  /** Lists of candidates, numbered from 0. */
  readonly listCount: number;
}

/** wanted: [K] 0 for classes that are left out. limits: of `areaLimits`. Fills `candidates`. */
export function layOut(
  predictions: PredictionColumns,
  imageCount: number,
  wanted: Uint8Array,
  limits: Float64Array,
  truth: GroupedTruth,
  candidates: Candidates,
): LaidOut {
  const { image, category, boxes, score } = predictions;
  const order = isAscending(image) ? null : countingSort(image, imageCount, null).rows;
  const classStart = classStarts(category, wanted);
  const next = classStart.slice();
  const count = classStart[wanted.length]!;
  const entries = new Int32Array(4 * count);
  const scores = new Float64Array(count);
  const cells = new TruthCells(truth, wanted.length);
  const { first, end } = cells;
  candidates.reset(count);
  let listCount = 0;
  for (let i = 0; i < image.length; i++) {
    const row = order === null ? i : order[i]!;
    const k = category[row]!;
    if (wanted[k] === 0) continue;
    const imageOfRow = image[row]!;
    cells.moveTo(k, imageOfRow);
    const from = first[k]!;
    const to = end[k]!;
    const has = to > from && candidates.add(listCount, boxes, row, truth, from, to) > 0;
    const at = next[k]!++;
    scores[at] = score[row]!;
    entries[4 * at + ROW] = row;
    entries[4 * at + IMAGE] = imageOfRow;
    entries[4 * at + RANGES] = rangeBits(boxes[4 * row + 2]! * boxes[4 * row + 3]!, limits);
    entries[4 * at + LIST] = has ? listCount++ : NO_LIST;
  }
  return { classStart, entries, scores, listCount };
}

function classStarts(category: Int32Array, wanted: Uint8Array): Int32Array {
  const start = new Int32Array(wanted.length + 1);
  for (let row = 0; row < category.length; row++) start[category[row]! + 1]!++;
  for (let k = 0; k < wanted.length; k++)
    start[k + 1] = start[k]! + (wanted[k] === 0 ? 0 : start[k + 1]!);
  return start;
}

/** For each class the ground truths of one image; images are asked for in ascending order. */
class TruthCells {
  /** [K] grouped ground truths first..end-1. */
  readonly first: Int32Array;
  readonly end: Int32Array;
  readonly #image: Int32Array;
  readonly #truth: GroupedTruth;

  constructor(truth: GroupedTruth, classCount: number) {
    this.first = truth.classStart.slice(0, classCount);
    this.end = this.first.slice();
    this.#image = new Int32Array(classCount).fill(-1);
    this.#truth = truth;
  }

  moveTo(k: number, image: number): void {
    if (this.#image[k] === image) return;
    this.#image[k] = image;
    const { image: images, classStart } = this.#truth;
    const last = classStart[k + 1]!;
    let at = this.end[k]!;
    while (at < last && images[at]! < image) at++;
    this.first[k] = at;
    while (at < last && images[at] === image) at++;
    this.end[k] = at;
  }
}
