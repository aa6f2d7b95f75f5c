/**
 * Evaluation that follows edits. It keeps the matches of every image and class, so after an edit only the classes that
 * changed in one image are matched again, and only those classes are accumulated again. After any edits the result is
 * that of a full evaluation, bit for bit.
 * Letters: K classes, A area ranges, D predictions that some maxDets admits, in the order of matches.ts.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { Accumulator, countTruth } from "./accumulate.ts";
import { assign } from "./assign.ts";
import { checkSet } from "./check-set.ts";
import { accumulate, countPredictions, resultOf } from "./evaluate.ts";
import { countingSort } from "./group-rows.ts";
import { groupTruth } from "./group-truth.ts";
import {
  changedClasses,
  copyOf,
  setOfImage,
  splitByImage,
  unknownImage,
  type ImageTruth,
} from "./image-truth.ts";
import { matchDetections } from "./match.ts";
import { MaskPool, type ChangingMatches } from "./mask-pool.ts";
import { Candidates } from "./overlap.ts";
import type { EvaluationArrays, EvaluationResult, EvaluationSet } from "./types.ts";
import { LiveVisDrone } from "./visdrone/live.ts";

export interface LiveEvaluation {
  /**
   * The labels of image `image` (an index) are now `truth`, and its ignored regions `regions` ([n,4] xywh pixels; as
   * they were where left out; only VisDrone reads them). Throws `evaluation/...` and changes nothing if unsound.
   */
  replaceTruth(image: number, truth: ImageTruth, regions?: Float64Array): void;
  /** Predictions below `score` no longer exist; -Infinity brings all back. */
  setScoreThreshold(score: number): void;
  /** As a full evaluation of the present labels and predictions gives it. Its arrays change with the next edit. */
  result(): EvaluationResult;
}

export function liveEvaluation(set: EvaluationSet, params: EvaluationParams): LiveEvaluation {
  return params.protocol === "visdrone"
    ? new LiveVisDrone(set, params)
    : new Incremental(set, params);
}

class Incremental implements LiveEvaluation {
  readonly #set: EvaluationSet;
  readonly #params: EvaluationParams;
  readonly #truth: ImageTruth[];
  readonly #matches: ChangingMatches;
  readonly #pool: MaskPool;
  /** Positions of the matches, image by image; within an image by class and descending score. */
  readonly #positions: { readonly rows: Int32Array; readonly start: Int32Array };
  readonly #arrays: EvaluationArrays;
  /** [K,A] */
  readonly #truthCounts: Int32Array;
  /** [K] end of each class's predictions at or above the score threshold. */
  readonly #ends: Int32Array;
  readonly #dirty = new Set<number>();
  readonly #accumulator = new Accumulator();
  readonly #candidates = new Candidates();
  /** [K] at or above the score threshold. */
  #predicted: Int32Array;
  #evaluateTime = 0;

  constructor(set: EvaluationSet, params: EvaluationParams) {
    checkSet(set, params);
    this.#set = set;
    this.#params = params;
    this.#truth = splitByImage(set.truth, set.imageIds.length);
    this.#matches = { ...matchDetections(set, params) };
    this.#pool = new MaskPool(this.#matches);
    this.#positions = countingSort(this.#matches.image, set.imageIds.length, null);
    const { arrays, truthCounts } = accumulate(set, this.#matches);
    this.#arrays = arrays;
    this.#truthCounts = truthCounts;
    this.#ends = this.#matches.classStart.slice(1);
    this.#predicted = countPredictions(set, -Infinity);
  }

  replaceTruth(image: number, truth: ImageTruth): void {
    const began = performance.now();
    const before = this.#truth[image];
    if (!before) throw unknownImage(image, this.#truth.length);
    const after = setOfImage(this.#set, truth);
    checkSet(after, this.#params);
    const classes = changedClasses(before, truth);
    this.#truth[image] = copyOf(truth);
    this.#count(setOfImage(this.#set, before), -1);
    this.#count(after, 1);
    this.#rematch(image, after, classes);
    for (const k of classes) this.#dirty.add(k);
    this.#evaluateTime += performance.now() - began;
  }

  setScoreThreshold(score: number): void {
    const { classStart, score: scores } = this.#matches;
    this.#predicted = countPredictions(this.#set, score);
    for (let k = 0; k < this.#ends.length; k++) {
      const end = firstBelow(scores, classStart[k]!, classStart[k + 1]!, score);
      if (end !== this.#ends[k]) this.#dirty.add(k);
      this.#ends[k] = end;
    }
  }

  result(): EvaluationResult {
    const began = performance.now();
    const A = this.#params.areaRanges.length;
    for (const k of this.#dirty) {
      const counts = this.#truthCounts.subarray(k * A, (k + 1) * A);
      this.#accumulator.fillClass(this.#matches, k, counts, this.#arrays, this.#ends[k]!);
    }
    this.#dirty.clear();
    const result = resultOf(
      this.#set,
      this.#params,
      this.#arrays,
      this.#truthCounts,
      this.#predicted,
    );
    const evaluateTime = this.#evaluateTime;
    this.#evaluateTime = 0;
    return {
      ...result,
      timings: { evaluate: evaluateTime, accumulate: performance.now() - began },
    };
  }

  /** Adds (sign 1) or takes away (-1) one image's ground truths that count. */
  #count({ truth }: EvaluationSet, sign: number): void {
    const A = this.#params.areaRanges.length;
    const everyRange = (1 << A) - 1;
    const { ignoredIn } = groupTruth(setOfImage(this.#set, truth), this.#params);
    const counting = ignoredIn.map((bits) => everyRange & ~bits);
    const counts = countTruth(truth.category, counting, this.#set.categoryIds.length, A);
    for (let i = 0; i < counts.length; i++) this.#truthCounts[i]! += sign * counts[i]!;
  }

  /** Matches the predictions of `classes` in one image again. of: a set of that image alone. */
  #rematch(image: number, of: EvaluationSet, classes: readonly number[]): void {
    const truth = groupTruth(of, this.#params);
    const { rows, start } = this.#positions;
    const positions = rows.subarray(start[image]!, start[image + 1]!);
    const A = this.#params.areaRanges.length;
    const state = { ...truth, rangeCount: A, taken: new Uint16Array(of.truth.image.length * A) };
    for (const k of classes) {
      const from = truth.classStart[k]!;
      const to = truth.classStart[k + 1]!;
      const begin = firstAtLeast(positions, this.#matches.classStart[k]!);
      const end = firstAtLeast(positions, this.#matches.classStart[k + 1]!);
      this.#candidates.reset(end - begin);
      for (let i = begin; i < end; i++) {
        const position = positions[i]!;
        const row = this.#matches.row[position]!;
        const { boxes } = this.#set.predictions;
        const found = this.#candidates.add(i - begin, boxes, row, truth, from, to);
        const at = this.#pool.place(position, found > 0) * A;
        if (found === 0) continue;
        const { hits, ignored, inRange } = this.#matches;
        assign(state, this.#candidates, i - begin, inRange[position]!, hits, ignored, at);
      }
    }
  }
}

/** The first index from..to-1 of descending `values` that holds less than `bound`; `to` if none does. */
function firstBelow(values: Float64Array, from: number, to: number, bound: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! >= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index of ascending `values` that holds at least `bound`. */
function firstAtLeast(values: Int32Array, bound: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
