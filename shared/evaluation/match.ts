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

const ROW = 0;
const IMAGE = 1;
const RANGES = 2;
const HAS_CANDIDATES = 3;

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
  /** [n,4] ROW, IMAGE, RANGES and HAS_CANDIDATES, side by side for the walk by score. */
  #local = new Int32Array(0);

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
    this.#readInImageOrder(k, from, count);
    this.#walkByScore(this.#sorter.sort(this.#scores, count), count);
  }

  /** Walks the class's predictions and ground truths side by side, image by image, and finds the candidates. */
  #readInImageOrder(k: number, from: number, count: number): void {
    const { boxes, image, score } = this.#set.predictions;
    const limits = areaLimits(this.#params);
    const truth = this.#truth;
    const truthEnd = truth.classStart[k + 1]!;
    const candidates = this.#candidates;
    const rows = this.#rows;
    const scores = this.#scores;
    const local = this.#local;
    let first = truth.classStart[k]!;
    let last = first;
    candidates.reset(count);
    for (let j = 0; j < count; j++) {
      const row = rows[from + j]!;
      const imageOfRow = image[row]!;
      if (first < truthEnd && (last === first || truth.image[first] !== imageOfRow)) {
        first = last;
        while (first < truthEnd && truth.image[first]! < imageOfRow) first++;
        last = first;
        while (last < truthEnd && truth.image[last] === imageOfRow) last++;
      }
      scores[j] = score[row]!;
      local[4 * j + ROW] = row;
      local[4 * j + IMAGE] = imageOfRow;
      local[4 * j + RANGES] = rangeBits(boxes[4 * row + 2]! * boxes[4 * row + 3]!, limits);
      local[4 * j + HAS_CANDIDATES] =
        last > first ? candidates.add(j, boxes, row, truth, first, last) : 0;
    }
  }

  /** order: [count] places j by descending score. Ranks, cuts at the largest maxDets and matches. */
  #walkByScore(order: Int32Array, count: number): void {
    const admission = this.#admission;
    const seen = this.#seenInImage.fill(0);
    const scores = this.#scores;
    const local = this.#local;
    const { row, image, score, admittedBy, inRange, candidate } = this.#out;
    let kept = this.#kept;
    for (let i = 0; i < count; i++) {
      const j = order[i]!;
      const imageOfRow = local[4 * j + IMAGE]!;
      const rank = seen[imageOfRow]!++;
      if (rank >= admission.length) continue;
      row[kept] = local[4 * j + ROW]!;
      image[kept] = imageOfRow;
      score[kept] = scores[j]!;
      admittedBy[kept] = admission[rank]!;
      inRange[kept] = local[4 * j + RANGES]!;
      candidate[kept] = local[4 * j + HAS_CANDIDATES] === 0 ? NO_CANDIDATE : this.#assign(j);
      kept++;
    }
    this.#kept = kept;
  }

  #assign(j: number): number {
    const rangeCount = this.#params.areaRanges.length;
    const row = this.#candidateCount++;
    if (row * rangeCount === this.#out.hits.length) this.#growMasks();
    const { hits, ignored } = this.#out;
    const inRange = this.#local[4 * j + RANGES]!;
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
    this.#local = new Int32Array(4 * count);
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
