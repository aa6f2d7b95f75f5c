/**
 * AP of each area range with every image counted as often as its weight says, from outcomes matched once.
 *
 * An image drawn three times is the same as three images with the same boxes: matching stays within an image, so only
 * the counting changes. Copies of a prediction stand together in the order by score. (Where one image holds equal
 * scores of one class, a set that repeats whole images would interleave their copies; the difference is of the order
 * of one prediction's place.)
 *
 * Letters: K classes, A area ranges, T IoU thresholds, R recall thresholds, I images.
 */
import { recallThresholds } from "../thresholds.ts";
import type { Outcomes } from "./outcomes.ts";

const T = 10;
const R = recallThresholds.length;
/** What pycocotools adds to the denominator of precision. */
const EPSILON = 2.220446049250313e-16;

/** AP over all thresholds and at 0.5, of one area range; null where it holds no object. */
export interface RangeAp {
  readonly ap: number | null;
  readonly ap50: number | null;
}

/** One class in one area range. Predictions that can match something are "candidates"; the rest is plain. */
interface Cell {
  /** Image of each object that recall divides by. */
  readonly truthImages: Int32Array;
  /** Each image that holds such an object, once. */
  readonly holdingImages: Int32Array;
  /** Images of the plain false positives. */
  readonly plainImages: Int32Array | Uint16Array;
  /** [candidates] how many plain false positives stand before each. */
  readonly plainBefore: Int32Array;
  /** [candidates] 1 where the candidate counts when it matches nothing. */
  readonly counts: Uint8Array;
  /** [T] what differs from that at a threshold, in order: candidates since the event before << 2 | kind. */
  readonly events: readonly Uint16Array[];
}

/** A hit by a prediction that counts anyway, by one that would not, and a match that takes one out of the count. */
const HIT_INSIDE = 0;
const HIT_OUTSIDE = 1;
const TAKEN_OUT = 2;
const NOTHING = 3;
/** As many candidates as one event can step over. */
const LONGEST_STEP = 0x3fff;
/** What each kind adds to the hits, and to the predictions that count, for a weight of 1. */
const HIT_BY_KIND = Float64Array.of(1, 1, 0, 0);
const COUNT_BY_KIND = Float64Array.of(0, 1, -1, 0);

export class WeightedAp {
  readonly #outcomes: Outcomes;
  /** [K] images of each class's candidates. */
  readonly #candidateImages: readonly Int32Array[];
  /** [K][A] */
  readonly #cells: readonly (readonly Cell[])[];
  // Working memory of one cell.
  readonly #weightOf: Float64Array;
  readonly #counted: Float64Array;
  readonly #best = new Float64Array(R);
  readonly #needed = new Int32Array(R);

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
    const classes = Array.from({ length: outcomes.classCount }, (_, k) =>
      cellsOfClass(outcomes, k),
    );
    this.#candidateImages = classes.map(({ images }) => images);
    this.#cells = classes.map(({ cells }) => cells);
    const most = this.#candidateImages.reduce((max, images) => Math.max(max, images.length), 0);
    this.#weightOf = new Float64Array(most);
    this.#counted = new Float64Array(most);
  }

  /** weights: [I] how often each image counts. Returns [A]. */
  at(weights: Int32Array): RangeAp[] {
    const { params, classCount } = this.#outcomes;
    const means = params.areaRanges.map(() => new ClassMean(params.protocol === "visdrone"));
    for (let k = 0; k < classCount; k++) {
      const images = this.#candidateImages[k]!;
      for (let c = 0; c < images.length; c++) this.#weightOf[c] = weights[images[c]!]!;
      means.forEach((mean, a) => this.#addCell(mean, this.#cells[k]![a]!, weights));
    }
    return means.map((mean) => mean.result());
  }

  #addCell(mean: ClassMean, cell: Cell, weights: Int32Array): void {
    const truthCount = sumOf(weights, cell.truthImages);
    if (truthCount === 0) return;
    this.#countBase(cell, weights);
    const isVisDrone = this.#outcomes.params.protocol === "visdrone";
    fillNeeded(this.#needed, truthCount);
    let sum = 0;
    let at50 = 0;
    for (let t = 0; t < T; t++) {
      const events = cell.events[t]!;
      const ap = isVisDrone ? this.#wholeArea(events, truthCount) : this.#recallPoints(events);
      sum += ap;
      if (t === 0) at50 = ap;
    }
    mean.add(sum / T, at50, isVisDrone ? sumOf(weights, cell.holdingImages) : 1);
  }

  /** Predictions up to each candidate, itself included, that would count if no candidate matched anything. */
  #countBase({ plainImages, plainBefore, counts }: Cell, weights: Int32Array): void {
    const weightOf = this.#weightOf;
    const counted = this.#counted;
    let sum = 0;
    let plain = 0;
    for (let c = 0; c < plainBefore.length; c++) {
      for (const end = plainBefore[c]!; plain < end; plain++) sum += weights[plainImages[plain]!]!;
      sum += counts[c]! * weightOf[c]!;
      counted[c] = sum;
    }
  }

  /**
   * Mean of the envelope at the 101 recall levels.
   *
   * One walk keeps the highest precision met while a level is the highest reached. A hit without weight is walked
   * like any other: its precision is at most that of the hit before it, at the same recall.
   */
  #recallPoints(events: Uint16Array): number {
    const needed = this.#needed;
    const weightOf = this.#weightOf;
    const counted = this.#counted;
    const best = this.#best.fill(0);
    let level = -1;
    let next = needed[0]!;
    // The highest precision as a fraction: comparing products spares a division at every hit.
    let highestHits = 0;
    let highestCount = 1;
    let hits = 0;
    let shift = 0;
    let candidate = 0;
    for (let e = 0; e < events.length; e++) {
      const event = events[e]!;
      candidate += event >> 2;
      const weight = weightOf[candidate]!;
      hits += weight * HIT_BY_KIND[event & 3]!;
      shift += weight * COUNT_BY_KIND[event & 3]!;
      if (hits >= next) {
        if (level >= 0) best[level] = highestHits / (highestCount + EPSILON);
        while (level + 1 < R && hits >= needed[level + 1]!) level++;
        next = level + 1 < R ? needed[level + 1]! : Infinity;
        highestHits = 0;
        highestCount = 1;
      }
      const count = counted[candidate]! + shift;
      if (hits * highestCount >= highestHits * count) {
        highestHits = hits;
        highestCount = count;
      }
    }
    if (level >= 0) best[level] = highestHits / (highestCount + EPSILON);
    let sum = 0;
    let envelope = 0;
    for (let r = R - 1; r >= 0; r--) {
      if (best[r]! > envelope) envelope = best[r]!;
      sum += envelope;
    }
    return sum / R;
  }

  /** Area under the envelope, all points; the walk goes from the last hit to the first. */
  #wholeArea(events: Uint16Array, truthCount: number): number {
    const weightOf = this.#weightOf;
    const counted = this.#counted;
    let hits = 0;
    let shift = 0;
    let candidate = 0;
    for (let e = 0; e < events.length; e++) {
      candidate += events[e]! >> 2;
      hits += weightOf[candidate]! * HIT_BY_KIND[events[e]! & 3]!;
      shift += weightOf[candidate]! * COUNT_BY_KIND[events[e]! & 3]!;
    }
    let area = 0;
    let envelope = 0;
    for (let e = events.length - 1; e >= 0; e--) {
      const weight = weightOf[candidate]!;
      const hitWeight = weight * HIT_BY_KIND[events[e]! & 3]!;
      if (hitWeight > 0) {
        const precision = hits / (counted[candidate]! + shift);
        if (precision > envelope) envelope = precision;
        area += (hitWeight / truthCount) * envelope;
      }
      hits -= hitWeight;
      shift -= weight * COUNT_BY_KIND[events[e]! & 3]!;
      candidate -= events[e]! >> 2;
    }
    return area;
  }
}

/** Writes the least number of hits whose recall of `truthCount` objects reaches each level, at least 1. */
function fillNeeded(needed: Int32Array, truthCount: number): void {
  let hits = 1;
  for (let r = 0; r < R; r++) {
    const level = recallThresholds[r]!;
    hits = Math.max(hits, Math.floor(level * truthCount) - 1);
    while (hits / truthCount < level) hits++;
    needed[r] = hits;
  }
}

/** Mean over the classes, each with its weight. */
class ClassMean {
  readonly #isWeighted: boolean;
  #sum = 0;
  #sum50 = 0;
  #weight = 0;

  constructor(isWeighted: boolean) {
    this.#isWeighted = isWeighted;
  }

  add(ap: number, ap50: number, images: number): void {
    const weight = this.#isWeighted ? images : 1;
    this.#sum += weight * ap;
    this.#sum50 += weight * ap50;
    this.#weight += weight;
  }

  result(): RangeAp {
    if (this.#weight === 0) return { ap: null, ap50: null };
    return { ap: this.#sum / this.#weight, ap50: this.#sum50 / this.#weight };
  }
}

function cellsOfClass(outcomes: Outcomes, k: number) {
  const { params, classStart, image, hasMatch } = outcomes;
  const candidates: number[] = [];
  for (let at = classStart[k]!; at < classStart[k + 1]!; at++)
    if (hasMatch[at] === 1) candidates.push(at);
  return {
    images: Int32Array.from(candidates, (at) => image[at]!),
    cells: params.areaRanges.map((_, a) => cellOf(outcomes, k, a, candidates)),
  };
}

function cellOf(outcomes: Outcomes, k: number, a: number, candidates: readonly number[]): Cell {
  const { classStart, image, inRange, hasMatch, truthCategory, truthImage, truthCounts } = outcomes;
  const isIn = (bits: number) => ((bits >> a) & 1) === 1;
  const truthImages: number[] = [];
  for (let t = 0; t < truthCategory.length; t++)
    if (truthCategory[t] === k && isIn(truthCounts[t]!)) truthImages.push(truthImage[t]!);
  const plainImages: number[] = [];
  const plainBefore: number[] = [];
  for (let at = classStart[k]!; at < classStart[k + 1]!; at++) {
    if (hasMatch[at] === 1) plainBefore.push(plainImages.length);
    else if (isIn(inRange[at]!)) plainImages.push(image[at]!);
  }
  return {
    truthImages: Int32Array.from(truthImages),
    holdingImages: Int32Array.from(new Set(truthImages)),
    // Half the memory is worth having: this is what a resample reads most of.
    plainImages:
      outcomes.imageCount <= 1 << 16 ? Uint16Array.from(plainImages) : Int32Array.from(plainImages),
    plainBefore: Int32Array.from(plainBefore),
    counts: Uint8Array.from(candidates, (at) => Number(isIn(inRange[at]!))),
    events: Array.from({ length: T }, (_, t) => eventsOf(outcomes, a, t, candidates)),
  };
}

function eventsOf(
  { params, inRange, hits, ignored }: Outcomes,
  a: number,
  t: number,
  candidates: readonly number[],
): Uint16Array {
  const A = params.areaRanges.length;
  const events: number[] = [];
  let before = 0;
  const push = (candidate: number, kind: number) => {
    for (; candidate - before > LONGEST_STEP; before += LONGEST_STEP)
      events.push((LONGEST_STEP << 2) | NOTHING);
    events.push(((candidate - before) << 2) | kind);
    before = candidate;
  };
  candidates.forEach((at, c) => {
    const isInside = ((inRange[at]! >> a) & 1) === 1;
    if ((hits[at * A + a]! >> t) & 1) push(c, isInside ? HIT_INSIDE : HIT_OUTSIDE);
    else if (isInside && (ignored[at * A + a]! >> t) & 1) push(c, TAKEN_OUT);
  });
  return Uint16Array.from(events);
}

function sumOf(weights: Int32Array, images: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += weights[images[i]!]!;
  return sum;
}
