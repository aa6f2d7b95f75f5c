/**
 * Matching of a whole set, class by class. The result's layout is told in matches.ts.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { assign, type TruthState } from "./assign.ts";
import { groupByClassAndImage } from "./group-rows.ts";
import { areaLimits, groupTruth, rangeBits, type GroupedTruth } from "./group-truth.ts";
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
  /** Predictions by class, then image, then file order. */
  readonly #rows: Int32Array;
  readonly #classStart: Int32Array;
  readonly #out: Growing;
  /** By rank within an image and class: index of the smallest maxDets that admits it. */
  readonly #admission: Uint8Array;
  #kept = 0;
  #candidateCount = 0;
  // Working memory of one class; index j is a place among the class's predictions in image order.
  readonly #sorter = new ScoreSorter();
  readonly #candidates = new Candidates();
  readonly #seenInImage: Int32Array;
  readonly #truthState: TruthState;
  #scores = new Float64Array(0);
  #inRange = new Uint16Array(0);

  constructor(set: EvaluationSet, params: EvaluationParams, classes: readonly number[]) {
    this.#set = set;
    this.#params = params;
    this.#truth = groupTruth(set, params);
    const wanted = new Uint8Array(set.categoryIds.length);
    for (const k of classes) wanted[k] = 1;
    const { rows, classStart } = groupByClassAndImage(
      set.predictions,
      set.categoryIds.length,
      set.imageIds.length,
      wanted,
    );
    this.#rows = rows;
    this.#classStart = classStart;
    this.#seenInImage = new Int32Array(set.imageIds.length);
    this.#admission = admissionByRank(params.maxDets, rows.length);
    this.#out = this.#allocate();
    this.#truthState = {
      rangeCount: params.areaRanges.length,
      crowd: this.#truth.crowd,
      ignoredIn: this.#truth.ignoredIn,
      taken: this.#out.truthTaken,
    };
  }

  run(): Matches {
    for (let k = 0; k < this.#set.categoryIds.length; k++) {
      this.#out.classStart[k] = this.#kept;
      this.#matchClass(k);
    }
    this.#out.classStart[this.#set.categoryIds.length] = this.#kept;
    return this.#trimmed();
  }

  #matchClass(k: number): void {
    const from = this.#classStart[k]!;
    const count = this.#classStart[k + 1]! - from;
    if (count === 0) return;
    this.#reserve(count);
    this.#readPredictions(from, count);
    this.#findCandidates(k, from, count);
    this.#walkByScore(this.#sorter.sort(this.#scores, count), from, count);
  }

  /** Scores and area ranges of the class's predictions. */
  #readPredictions(from: number, count: number): void {
    const { boxes, score } = this.#set.predictions;
    const limits = areaLimits(this.#params);
    const rows = this.#rows;
    const scores = this.#scores;
    const inRange = this.#inRange;
    for (let j = 0; j < count; j++) {
      const row = rows[from + j]!;
      scores[j] = score[row]!;
      inRange[j] = rangeBits(boxes[4 * row + 2]! * boxes[4 * row + 3]!, limits);
    }
  }

  /** Walks the class's predictions and ground truths side by side, image by image. */
  #findCandidates(k: number, from: number, count: number): void {
    const { boxes, image } = this.#set.predictions;
    const rows = this.#rows;
    const truth = this.#truth;
    const truthImage = truth.image;
    const truthEnd = truth.classStart[k + 1]!;
    const candidates = this.#candidates;
    let first = truth.classStart[k]!;
    let last = first;
    candidates.reset(count);
    for (let j = 0; j < count && first < truthEnd; j++) {
      const row = rows[from + j]!;
      const imageOfRow = image[row]!;
      if (last === first || truthImage[first] !== imageOfRow) {
        first = last;
        while (first < truthEnd && truthImage[first]! < imageOfRow) first++;
        last = first;
        while (last < truthEnd && truthImage[last] === imageOfRow) last++;
      }
      if (last > first) candidates.add(j, boxes, row, truth, first, last);
    }
  }

  /** order: [count] places j by descending score. Ranks, cuts at the largest maxDets and matches. */
  #walkByScore(order: Int32Array, from: number, count: number): void {
    const admission = this.#admission;
    const { image } = this.#set.predictions;
    const seen = this.#seenInImage.fill(0);
    const rows = this.#rows;
    const scores = this.#scores;
    const inRange = this.#inRange;
    const candidateCount = this.#candidates.count;
    const out = this.#out;
    let kept = this.#kept;
    for (let i = 0; i < count; i++) {
      const j = order[i]!;
      const row = rows[from + j]!;
      const imageOfRow = image[row]!;
      const rank = seen[imageOfRow]!++;
      if (rank >= admission.length) continue;
      out.row[kept] = row;
      out.image[kept] = imageOfRow;
      out.score[kept] = scores[j]!;
      out.admittedBy[kept] = admission[rank]!;
      out.inRange[kept] = inRange[j]!;
      out.candidate[kept] = candidateCount[j] === 0 ? NO_CANDIDATE : this.#assign(j);
      kept++;
    }
    this.#kept = kept;
  }

  #assign(j: number): number {
    const rangeCount = this.#params.areaRanges.length;
    const row = this.#candidateCount++;
    if (row * rangeCount === this.#out.hits.length) this.#growMasks();
    const { hits, ignored } = this.#out;
    const inRange = this.#inRange[j]!;
    assign(this.#truthState, this.#candidates, j, inRange, hits, ignored, row * rangeCount);
    return row;
  }

  #allocate(): Growing {
    const classCount = this.#set.categoryIds.length;
    const rangeCount = this.#params.areaRanges.length;
    const truthCount = this.#set.truth.image.length;
    const most = this.#rows.length;
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

/** No rank reaches beyond `most`, so an enormous maxDets costs nothing. */
function admissionByRank(maxDets: readonly number[], most: number): Uint8Array {
  const admission = new Uint8Array(Math.min(maxDets.at(-1)!, most));
  let m = 0;
  for (let rank = 0; rank < admission.length; rank++) {
    while (rank >= maxDets[m]!) m++;
    admission[rank] = m;
  }
  return admission;
}
