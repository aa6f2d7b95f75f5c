/**
 * Matching of a whole set: candidates image by image, then assignment class by class in the order of scores. The
 * result's layout is told in matches.ts.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { assign, type TruthState } from "./assign.ts";
import { areaLimits, groupTruth, type GroupedTruth } from "./group-truth.ts";
import { IMAGE, layOut, LIST, NO_LIST, RANGES, ROW, type LaidOut } from "./lay-out.ts";
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

class Matcher {
  readonly #set: EvaluationSet;
  readonly #params: EvaluationParams;
  readonly #truth: GroupedTruth;
  readonly #candidates = new Candidates();
  readonly #laidOut: LaidOut;
  readonly #sorter = new ScoreSorter();
  readonly #out: Matches;
  /** By rank within an image and class: index of the smallest maxDets that admits it. */
  readonly #admission: Uint8Array;
  readonly #seenInImage: Int32Array;
  readonly #truthState: TruthState;
  #kept = 0;
  #candidateCount = 0;

  constructor(set: EvaluationSet, params: EvaluationParams, classes: readonly number[]) {
    this.#set = set;
    this.#params = params;
    this.#truth = groupTruth(set, params);
    const wanted = new Uint8Array(set.categoryIds.length);
    for (const k of classes) wanted[k] = 1;
    this.#laidOut = layOut(
      set.predictions,
      set.imageIds.length,
      wanted,
      areaLimits(params),
      this.#truth,
      this.#candidates,
    );
    this.#seenInImage = new Int32Array(set.imageIds.length);
    this.#admission = admissionByRank(params.maxDets, this.#laidOut.scores.length);
    this.#out = this.#allocate();
    this.#truthState = {
      rangeCount: params.areaRanges.length,
      crowd: this.#truth.crowd,
      ignoredIn: this.#truth.ignoredIn,
      taken: this.#out.truthTaken,
    };
  }

  run(): Matches {
    const { classStart, scores } = this.#laidOut;
    for (let k = 0; k < this.#set.categoryIds.length; k++) {
      this.#out.classStart[k] = this.#kept;
      const from = classStart[k]!;
      const count = classStart[k + 1]! - from;
      if (count === 0) continue;
      const order = this.#sorter.sort(scores.subarray(from, from + count), count);
      this.#walkByScore(order, from, count);
    }
    this.#out.classStart[this.#set.categoryIds.length] = this.#kept;
    return this.#trimmed();
  }

  /** order: [count] places by descending score, counted from place `from`. Ranks, cuts at the largest maxDets, matches. */
  #walkByScore(order: Int32Array, from: number, count: number): void {
    const admission = this.#admission;
    const seen = this.#seenInImage.fill(0);
    const { entries, scores } = this.#laidOut;
    const { row, image, score, admittedBy, inRange, candidate } = this.#out;
    let kept = this.#kept;
    for (let i = 0; i < count; i++) {
      const place = from + order[i]!;
      const entry = 4 * place;
      const imageOfRow = entries[entry + IMAGE]!;
      const rank = seen[imageOfRow]!++;
      if (rank >= admission.length) continue;
      const list = entries[entry + LIST]!;
      const ranges = entries[entry + RANGES]!;
      row[kept] = entries[entry + ROW]!;
      image[kept] = imageOfRow;
      score[kept] = scores[place]!;
      admittedBy[kept] = admission[rank]!;
      inRange[kept] = ranges;
      candidate[kept] = list === NO_LIST ? NO_CANDIDATE : this.#assign(list, ranges);
      kept++;
    }
    this.#kept = kept;
  }

  #assign(list: number, inRange: number): number {
    const row = this.#candidateCount++;
    const { hits, ignored } = this.#out;
    const at = row * this.#truthState.rangeCount;
    assign(this.#truthState, this.#candidates, list, inRange, hits, ignored, at);
    return row;
  }

  #allocate(): Matches {
    const classCount = this.#set.categoryIds.length;
    const rangeCount = this.#params.areaRanges.length;
    const { scores, listCount } = this.#laidOut;
    const everyRange = (1 << rangeCount) - 1;
    return {
      params: this.#params,
      classCount,
      imageCount: this.#set.imageIds.length,
      classStart: new Int32Array(classCount + 1),
      row: new Int32Array(scores.length),
      image: new Int32Array(scores.length),
      score: new Float64Array(scores.length),
      admittedBy: new Uint8Array(scores.length),
      inRange: new Uint16Array(scores.length),
      candidate: new Int32Array(scores.length),
      hits: new Uint16Array(listCount * rangeCount),
      ignored: new Uint16Array(listCount * rangeCount),
      truthCounts: this.#truth.ignoredIn.map((bits) => everyRange & ~bits),
      truthTaken: new Uint16Array(this.#set.truth.image.length * rangeCount),
    };
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
