/**
 * Matching of a whole set, class by class. The result's layout is told in matches.ts.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { assign } from "./assign.ts";
import { groupByClassAndImage } from "./group-rows.ts";
import { groupTruth, rangesHolding, type GroupedTruth } from "./group-truth.ts";
import { NO_CANDIDATE, type Matches } from "./matches.ts";
import { Candidates } from "./overlap.ts";
import { ScoreSorter } from "./sort-scores.ts";
import type { EvaluationSet } from "./types.ts";

/** Matches every prediction of `classes` (indices; all where left out). The set must have passed `checkSet`. */
export function matchDetections(
  set: EvaluationSet,
  params: EvaluationParams,
  classes: readonly number[] = set.categoryIds.map((_, k) => k),
): Matches {
  return new Matcher(set, params, classes).run();
}

type Growing = { -readonly [Key in keyof Matches]: Matches[Key] };

class Matcher {
  readonly #set: EvaluationSet;
  readonly #params: EvaluationParams;
  readonly #truth: GroupedTruth;
  readonly #wanted: Uint8Array;
  /** Predictions by class, then image, then file order. */
  readonly #rows: Int32Array;
  readonly #classStart: Int32Array;
  readonly #out: Growing;
  #kept = 0;
  #candidateCount = 0;
  // Working memory of one class; index j is a place among the class's predictions in image order.
  readonly #sorter = new ScoreSorter();
  readonly #candidates = new Candidates();
  readonly #seenInImage: Int32Array;
  #scores = new Float64Array(0);
  #inRange = new Uint16Array(0);

  constructor(set: EvaluationSet, params: EvaluationParams, classes: readonly number[]) {
    this.#set = set;
    this.#params = params;
    this.#truth = groupTruth(set, params);
    const { rows, classStart } = groupByClassAndImage(
      set.predictions,
      set.categoryIds.length,
      set.imageIds.length,
    );
    this.#rows = rows;
    this.#classStart = classStart;
    this.#wanted = new Uint8Array(set.categoryIds.length);
    for (const k of classes) this.#wanted[k] = 1;
    this.#seenInImage = new Int32Array(set.imageIds.length);
    this.#out = this.#allocate();
  }

  run(): Matches {
    for (let k = 0; k < this.#set.categoryIds.length; k++) {
      this.#out.classStart[k] = this.#kept;
      if (this.#wanted[k]) this.#matchClass(k);
    }
    this.#out.classStart[this.#set.categoryIds.length] = this.#kept;
    return this.#trimmed();
  }

  #matchClass(k: number): void {
    const from = this.#classStart[k]!;
    const to = this.#classStart[k + 1]!;
    this.#reserve(to - from);
    this.#findCandidates(k, from, to);
    const { score } = this.#set.predictions;
    for (let at = from; at < to; at++) this.#scores[at - from] = score[this.#rows[at]!]!;
    this.#walkByScore(this.#sorter.sort(this.#scores, to - from), from, to - from);
  }

  /** Walks the class's predictions and ground truths side by side, image by image. */
  #findCandidates(k: number, from: number, to: number): void {
    const { boxes, image } = this.#set.predictions;
    const truth = this.#truth;
    const truthEnd = truth.classStart[k + 1]!;
    let first = truth.classStart[k]!;
    let last = first;
    this.#candidates.reset(to - from);
    for (let at = from; at < to; at++) {
      const row = this.#rows[at]!;
      const imageOfRow = image[row]!;
      this.#inRange[at - from] = rangesHolding(
        boxes[4 * row + 2]! * boxes[4 * row + 3]!,
        this.#params,
      );
      if (last === first || truth.image[first] !== imageOfRow) {
        first = last;
        while (first < truthEnd && truth.image[first]! < imageOfRow) first++;
        last = first;
        while (last < truthEnd && truth.image[last] === imageOfRow) last++;
      }
      if (last > first) this.#candidates.add(at - from, boxes, row, truth, first, last);
    }
  }

  /** order: [count] places j by descending score. Ranks, cuts at the largest maxDets and matches. */
  #walkByScore(order: Int32Array, from: number, count: number): void {
    const { maxDets } = this.#params;
    const { image } = this.#set.predictions;
    const seen = this.#seenInImage.fill(0);
    const out = this.#out;
    for (let i = 0; i < count; i++) {
      const j = order[i]!;
      const row = this.#rows[from + j]!;
      const imageOfRow = image[row]!;
      const rank = seen[imageOfRow]!++;
      let admittedBy = 0;
      while (admittedBy < maxDets.length && rank >= maxDets[admittedBy]!) admittedBy++;
      if (admittedBy === maxDets.length) continue;
      const at = this.#kept++;
      out.row[at] = row;
      out.image[at] = imageOfRow;
      out.score[at] = this.#scores[j]!;
      out.admittedBy[at] = admittedBy;
      out.inRange[at] = this.#inRange[j]!;
      out.candidate[at] = this.#candidates.count[j] === 0 ? NO_CANDIDATE : this.#assign(j);
    }
  }

  #assign(j: number): number {
    const rangeCount = this.#params.areaRanges.length;
    const row = this.#candidateCount++;
    if (row * rangeCount === this.#out.hits.length) this.#growMasks();
    const { hits, ignored, truthTaken } = this.#out;
    const { crowd, ignoredIn } = this.#truth;
    assign(
      { rangeCount, crowd, ignoredIn, taken: truthTaken },
      this.#candidates,
      j,
      this.#inRange[j]!,
      hits,
      ignored,
      row * rangeCount,
    );
    return row;
  }

  #allocate(): Growing {
    const classCount = this.#set.categoryIds.length;
    const rangeCount = this.#params.areaRanges.length;
    const truthCount = this.#set.truth.image.length;
    let most = 0;
    for (let k = 0; k < classCount; k++)
      if (this.#wanted[k]) most += this.#classStart[k + 1]! - this.#classStart[k]!;
    const everyRange = (1 << rangeCount) - 1;
    return {
      params: this.#params,
      classCount,
      imageCount: this.#set.imageIds.length,
      classStart: new Int32Array(classCount + 1),
      row: new Int32Array(most),
      image: new Int32Array(most),
      score: new Float64Array(most),
      admittedBy: new Uint8Array(most),
      inRange: new Uint16Array(most),
      candidate: new Int32Array(most),
      hits: new Uint16Array(1024 * rangeCount),
      ignored: new Uint16Array(1024 * rangeCount),
      truthCounts: this.#truth.ignoredIn.map((bits) => everyRange & ~bits),
      truthTaken: new Uint16Array(truthCount * rangeCount),
    };
  }

  #reserve(count: number): void {
    if (count <= this.#scores.length) return;
    this.#scores = new Float64Array(count);
    this.#inRange = new Uint16Array(count);
  }

  #growMasks(): void {
    const { hits, ignored } = this.#out;
    this.#out.hits = new Uint16Array(2 * hits.length);
    this.#out.hits.set(hits);
    this.#out.ignored = new Uint16Array(2 * ignored.length);
    this.#out.ignored.set(ignored);
  }

  #trimmed(): Matches {
    const out = this.#out;
    const masks = this.#candidateCount * this.#params.areaRanges.length;
    return {
      ...out,
      row: out.row.subarray(0, this.#kept),
      image: out.image.subarray(0, this.#kept),
      score: out.score.subarray(0, this.#kept),
      admittedBy: out.admittedBy.subarray(0, this.#kept),
      inRange: out.inRange.subarray(0, this.#kept),
      candidate: out.candidate.subarray(0, this.#kept),
      hits: out.hits.subarray(0, masks),
      ignored: out.ignored.subarray(0, masks),
    };
  }
}
