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
import { cellsOf, type Cell } from "./range-cells.ts";

const T = 10;
const R = recallThresholds.length;
/** What pycocotools adds to the denominator of precision. */
const EPSILON = 2.220446049250313e-16;

/** AP over all thresholds and at 0.5, of one area range; null where it holds no object. */
export interface RangeAp {
  readonly ap: number | null;
  readonly ap50: number | null;
}

export class WeightedAp {
  readonly #outcomes: Outcomes;
  /** [K][A] */
  readonly #cells: readonly (readonly Cell[])[];
  readonly #curves: LevelCurves | AreaCurves;

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
    this.#cells = cellsOf(outcomes);
    const longest = this.#cells.flat().reduce((most, { hits }) => Math.max(most, hits.length), 0);
    this.#curves =
      outcomes.params.protocol === "visdrone" ? new AreaCurves(longest) : new LevelCurves();
  }

  /** weights: [I] how often each image counts. Returns [A]. */
  at(weights: Int32Array): RangeAp[] {
    const { params, classCount } = this.#outcomes;
    const isVisDrone = params.protocol === "visdrone";
    return params.areaRanges.map((_, a) => {
      let sum = 0;
      let sum50 = 0;
      let total = 0;
      for (let k = 0; k < classCount; k++) {
        const cell = this.#cells[k]![a]!;
        const truthCount = sumOf(weights, cell.truthImages);
        if (truthCount === 0) continue;
        // VisDrone's mean counts a class once for every image that holds it.
        const weight = isVisDrone ? sumOf(weights, cell.holdingImages) : 1;
        const { ap, ap50 } = this.#curves.score(cell, weights, truthCount);
        sum += weight * ap;
        sum50 += weight * ap50;
        total += weight;
      }
      return total === 0 ? { ap: null, ap50: null } : { ap: sum / total, ap50: sum50 / total };
    });
  }
}

/** Precision averaged over 101 recall levels, as COCO and SODA-D take AP. */
class LevelCurves {
  /** [R] the least number of hits that reaches each level. */
  readonly #needed = new Int32Array(R + 1);
  /** [T] hits so far, and what matches add to the predictions that count. */
  readonly #hits = new Float64Array(T);
  readonly #shift = new Float64Array(T);
  /** [T] the highest level reached, and the hits at which the next one is. */
  readonly #level = new Int32Array(T);
  readonly #next = new Float64Array(T);
  /** [T] the highest precision since, as a fraction: comparing products spares a division at every hit. */
  readonly #bestHits = new Float64Array(T);
  readonly #bestCount = new Float64Array(T);
  /** [T,R] the highest precision met while each level was the highest reached. */
  readonly #best = new Float64Array(T * R);

  score(cell: Cell, weights: Int32Array, truthCount: number) {
    fillNeeded(this.#needed, truthCount);
    this.#hits.fill(0);
    this.#shift.fill(0);
    this.#level.fill(-1);
    this.#next.fill(this.#needed[0]!);
    this.#best.fill(0);
    this.#bestHits.fill(0);
    this.#bestCount.fill(1);
    this.#walk(cell, weights);
    let sum = 0;
    let ap50 = 0;
    for (let t = 0; t < T; t++) {
      this.#close(t);
      const ap = this.#meanOfEnvelope(t);
      sum += ap;
      if (t === 0) ap50 = ap;
    }
    return { ap: sum / T, ap50 };
  }

  #walk(cell: Cell, weights: Int32Array): void {
    const { image, counts, hits: hitMasks, takenOut, plainImages, plainBefore } = cell;
    const hits = this.#hits;
    const shift = this.#shift;
    const next = this.#next;
    const bestHits = this.#bestHits;
    const bestCount = this.#bestCount;
    let counted = 0;
    let plain = 0;
    for (let c = 0; c < image.length; c++) {
      for (const end = plainBefore[c]!; plain < end; plain++)
        counted += weights[plainImages[plain]!]!;
      const weight = weights[image[c]!]!;
      if (weight === 0) continue;
      if (counts[c] === 1) counted += weight;
      if (takenOut[c] !== 0) addAt(shift, takenOut[c]!, -weight);
      const mask = hitMasks[c]!;
      if (counts[c] === 0) addAt(shift, mask, weight);
      for (let bits = mask, t = 0; bits !== 0; bits >>= 1, t++) {
        if ((bits & 1) === 0) continue;
        const hit = hits[t]! + weight;
        hits[t] = hit;
        if (hit >= next[t]!) this.#reach(t, hit);
        const count = counted + shift[t]!;
        if (hit * bestCount[t]! >= bestHits[t]! * count) {
          bestHits[t] = hit;
          bestCount[t] = count;
        }
      }
    }
  }

  /** Notes the precision of the level that ends, and finds the one reached now. */
  #reach(t: number, hit: number): void {
    this.#close(t);
    let level = this.#level[t]!;
    while (level + 1 < R && hit >= this.#needed[level + 1]!) level++;
    this.#level[t] = level;
    this.#next[t] = level + 1 < R ? this.#needed[level + 1]! : Infinity;
    this.#bestHits[t] = 0;
    this.#bestCount[t] = 1;
  }

  #close(t: number): void {
    const level = this.#level[t]!;
    if (level >= 0)
      this.#best[t * R + level] = this.#bestHits[t]! / (this.#bestCount[t]! + EPSILON);
  }

  #meanOfEnvelope(t: number): number {
    let sum = 0;
    let envelope = 0;
    for (let r = R - 1; r >= 0; r--) {
      if (this.#best[t * R + r]! > envelope) envelope = this.#best[t * R + r]!;
      sum += envelope;
    }
    return sum / R;
  }
}

/** The whole area under the envelope, as VisDrone takes AP. */
class AreaCurves {
  readonly #capacity: number;
  /** [T] points so far, hits so far, and what matches add to the predictions that count. */
  readonly #length = new Int32Array(T);
  readonly #hits = new Float64Array(T);
  readonly #shift = new Float64Array(T);
  /** [T,capacity] weight of each hit, and precision at it. */
  readonly #weight: Float64Array;
  readonly #precision: Float64Array;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#weight = new Float64Array(T * capacity);
    this.#precision = new Float64Array(T * capacity);
  }

  score(cell: Cell, weights: Int32Array, truthCount: number) {
    this.#length.fill(0);
    this.#hits.fill(0);
    this.#shift.fill(0);
    this.#walk(cell, weights);
    let sum = 0;
    let ap50 = 0;
    for (let t = 0; t < T; t++) {
      const ap = this.#area(t, truthCount);
      sum += ap;
      if (t === 0) ap50 = ap;
    }
    return { ap: sum / T, ap50 };
  }

  #walk(cell: Cell, weights: Int32Array): void {
    const { image, counts, hits: hitMasks, takenOut, plainImages, plainBefore } = cell;
    let counted = 0;
    let plain = 0;
    for (let c = 0; c < image.length; c++) {
      for (const end = plainBefore[c]!; plain < end; plain++)
        counted += weights[plainImages[plain]!]!;
      const weight = weights[image[c]!]!;
      if (weight === 0) continue;
      if (counts[c] === 1) counted += weight;
      addAt(this.#shift, takenOut[c]!, -weight);
      if (counts[c] === 0) addAt(this.#shift, hitMasks[c]!, weight);
      for (let bits = hitMasks[c]!, t = 0; bits !== 0; bits >>= 1, t++) {
        if ((bits & 1) === 0) continue;
        this.#hits[t]! += weight;
        const at = t * this.#capacity + this.#length[t]!++;
        this.#weight[at] = weight;
        this.#precision[at] = this.#hits[t]! / (counted + this.#shift[t]!);
      }
    }
  }

  #area(t: number, truthCount: number): number {
    const first = t * this.#capacity;
    let area = 0;
    let envelope = 0;
    for (let at = first + this.#length[t]! - 1; at >= first; at--) {
      envelope = Math.max(envelope, this.#precision[at]!);
      area += (this.#weight[at]! / truthCount) * envelope;
    }
    return area;
  }
}

/** Adds to the entries whose bit is set. */
function addAt(values: Float64Array, mask: number, amount: number): void {
  for (let bits = mask, t = 0; bits !== 0; bits >>= 1, t++) if (bits & 1) values[t]! += amount;
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

function sumOf(weights: Int32Array, images: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += weights[images[i]!]!;
  return sum;
}
