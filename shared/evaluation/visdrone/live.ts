/**
 * VisDrone's scores that follow edits. Its rules span the classes of an image but never two images, so each image is
 * matched for itself; kept are the sums over images, and the hits of each prediction for the curves of its class.
 * Letters: K classes, T IoU thresholds, A area ranges, M maxDets, P predictions.
 */
import type { EvaluationParams } from "../../domain/protocols.ts";
import { checkSet } from "../check-set.ts";
import { atOrAbove } from "../at-or-above.ts";
import { scoreOrder } from "../failures/score-order.ts";
import { countingSort } from "../group-rows.ts";
import { copyOf, splitByImage, unknownImage, type ImageTruth } from "../image-truth.ts";
import type { LiveEvaluation } from "../live.ts";
import type { EvaluationResult, EvaluationSet } from "../types.ts";
import { areasUnderCurve } from "./area-under-curve.ts";
import {
  countPredictions,
  countTruth,
  hitCounts,
  recallOf,
  resultOfRanges,
  type RangeScores,
  type RangeTruth,
} from "./evaluate.ts";
import { admittedRows, matchVisDrone, prepareVisDrone } from "./match.ts";
import { visDroneThresholds } from "./thresholds.ts";

const T = visDroneThresholds.length;

/** One image, or the sum of all, in one area range. */
interface RangeSums extends RangeTruth {
  /** [M] of [K,T] true positives. */
  readonly hits: readonly Float64Array[];
}

/** The predictions of one area range at the largest maxDets: a bit for each threshold, as in MatchMasks. */
interface RangeMasks {
  /** [P] */
  readonly hit: Uint16Array;
  /** [P] */
  readonly ignored: Uint16Array;
}

interface MatchedImage {
  /** [A] */
  readonly ranges: readonly (RangeSums & RangeMasks)[];
  /** [P] of the image: 1 for predictions within the largest maxDets. */
  readonly admitted: Uint8Array;
}

interface RangeState extends RangeSums, RangeMasks {
  /** [K,T] */
  readonly precision: Float64Array;
}

export class LiveVisDrone implements LiveEvaluation {
  readonly #whole: EvaluationSet;
  readonly #params: EvaluationParams;
  readonly #truth: ImageTruth[];
  /** By image: [n,4] xywh pixels. */
  readonly #regions: Float64Array[];
  #state: Kept;

  constructor(set: EvaluationSet, params: EvaluationParams) {
    checkSet(set, params);
    this.#whole = set;
    this.#params = params;
    this.#truth = splitByImage(set.truth, set.imageIds.length);
    this.#regions = splitRegions(set);
    this.#state = new Kept(set, params, this.#truth, this.#regions);
  }

  replaceTruth(image: number, truth: ImageTruth, regions = this.#regions[image]): void {
    const before = this.#truth[image];
    if (!before || !regions) throw unknownImage(image, this.#truth.length);
    const after = copyOf(truth);
    const areas = regions.slice();
    this.#state.replace(image, [before, this.#regions[image]!], [after, areas]);
    this.#truth[image] = after;
    this.#regions[image] = areas;
  }

  /** The maxDets cut goes by the rows of the file, so that fewer rows are another cut: all is matched again. */
  setScoreThreshold(score: number): void {
    const predictions = atOrAbove(this.#whole.predictions, score);
    this.#state = new Kept(
      { ...this.#whole, predictions },
      this.#params,
      this.#truth,
      this.#regions,
    );
  }

  result(): EvaluationResult {
    return this.#state.result();
  }
}

type Labels = readonly [truth: ImageTruth, regions: Float64Array];

/** What is kept for one list of predictions. */
class Kept {
  readonly #set: EvaluationSet;
  readonly #params: EvaluationParams;
  /** Prediction rows image by image, in file order. */
  readonly #byImage: { readonly rows: Int32Array; readonly start: Int32Array };
  /** [K] prediction rows by descending score. */
  readonly #byClass: readonly Int32Array[];
  readonly #predicted: Int32Array;
  /** [A] */
  readonly #ranges: readonly RangeState[];
  /** [P] */
  readonly #admitted: Uint8Array;
  /** Classes whose curves are out of date. */
  readonly #dirty = new Set<number>();
  #evaluateTime = 0;

  constructor(
    set: EvaluationSet,
    params: EvaluationParams,
    truth: readonly ImageTruth[],
    regions: readonly Float64Array[],
  ) {
    const began = performance.now();
    this.#set = set;
    this.#params = params;
    const K = set.categoryIds.length;
    const P = set.predictions.score.length;
    this.#byImage = countingSort(set.predictions.image, set.imageIds.length, null);
    this.#byClass = rowsByClass(set);
    this.#predicted = countPredictions(set);
    this.#admitted = new Uint8Array(P);
    this.#ranges = params.areaRanges.map(() => ({
      divisor: new Int32Array(K),
      images: new Int32Array(K),
      counted: new Int32Array(K),
      hits: params.maxDets.map(() => new Float64Array(K * T)),
      hit: new Uint16Array(P),
      ignored: new Uint16Array(P),
      precision: new Float64Array(K * T),
    }));
    for (let image = 0; image < truth.length; image++)
      this.#put(image, this.#match(image, [truth[image]!, regions[image]!]));
    for (let k = 0; k < K; k++) this.#dirty.add(k);
    this.#evaluateTime = performance.now() - began;
  }

  replace(image: number, before: Labels, after: Labels): void {
    const began = performance.now();
    const matched = this.#match(image, after, "checked");
    const earlier = this.#match(image, before);
    this.#add(earlier, -1);
    this.#put(image, matched);
    // What recall divides by shapes the curve too.
    earlier.ranges.forEach(({ divisor }, a) =>
      divisor.forEach((n, k) => {
        if (n !== matched.ranges[a]!.divisor[k]) this.#dirty.add(k);
      }),
    );
    this.#evaluateTime += performance.now() - began;
  }

  result(): EvaluationResult {
    const began = performance.now();
    for (const k of this.#dirty) this.#drawCurves(k);
    this.#dirty.clear();
    const scores: RangeScores[] = this.#ranges.map((range) => ({
      ...range,
      recall: range.hits.map((hits) => recallOf(hits, range.divisor)),
    }));
    const timings = { evaluate: this.#evaluateTime, accumulate: performance.now() - began };
    this.#evaluateTime = 0;
    return { ...resultOfRanges(this.#set, this.#params, scores, this.#predicted), timings };
  }

  /** Matches the predictions of one image with its labels, for every area range and maxDets. */
  #match(image: number, labels: Labels, trust: "checked" | "trusted" = "trusted"): MatchedImage {
    const set = this.#setOf(image, labels);
    if (trust === "checked") checkSet(set, this.#params);
    const { areaRanges, maxDets } = this.#params;
    const K = set.categoryIds.length;
    const prepared = prepareVisDrone(set);
    const ranges = areaRanges.map((range) => {
      const masks = maxDets.map((limit) => matchVisDrone(prepared, range, limit));
      const { hit, ignored } = masks.at(-1)!;
      const hits = masks.map((of) => hitCounts(prepared, of.hit, K));
      return { ...countTruth(prepared, range), hits, hit, ignored };
    });
    return { ranges, admitted: admittedRows(prepared, maxDets.at(-1)!) };
  }

  /** One image of the set, with these labels. */
  #setOf(image: number, [truth, regions]: Labels): EvaluationSet {
    const { imageIds, imageSizes, predictions } = this.#set;
    const rows = this.#rowsOf(image);
    const boxes = new Float64Array(4 * rows.length);
    rows.forEach((row, at) => boxes.set(predictions.boxes.subarray(4 * row, 4 * row + 4), 4 * at));
    return {
      ...this.#set,
      imageIds: [imageIds[image]!],
      truth: { ...truth, image: new Int32Array(truth.category.length) },
      predictions: {
        image: new Int32Array(rows.length),
        category: rows.map((row) => predictions.category[row]!),
        boxes,
        score: Float64Array.from(rows, (row) => predictions.score[row]!),
      },
      regions: { image: new Int32Array(regions.length / 4), boxes: regions },
      ...(imageSizes && { imageSizes: imageSizes.subarray(2 * image, 2 * image + 2) }),
    };
  }

  #rowsOf(image: number): Int32Array {
    const { rows, start } = this.#byImage;
    return rows.subarray(start[image]!, start[image + 1]!);
  }

  /** Adds an image to the sums, and notes what it makes of its predictions. */
  #put(image: number, matched: MatchedImage): void {
    this.#add(matched, 1);
    const { category } = this.#set.predictions;
    this.#rowsOf(image).forEach((row, at) => {
      if (this.#admitted[row] !== matched.admitted[at]) {
        this.#admitted[row] = matched.admitted[at]!;
        this.#dirty.add(category[row]!);
      }
      matched.ranges.forEach(({ hit, ignored }, a) => {
        const range = this.#ranges[a]!;
        if (range.hit[row] === hit[at] && range.ignored[row] === ignored[at]) return;
        range.hit[row] = hit[at]!;
        range.ignored[row] = ignored[at]!;
        this.#dirty.add(category[row]!);
      });
    });
    this.#dirty.delete(-1); // a class that is not scored
  }

  /** Adds (sign 1) or takes away (-1) what one image brings to the sums. */
  #add({ ranges }: MatchedImage, sign: number): void {
    ranges.forEach((of, a) => {
      const sums = this.#ranges[a]!;
      for (const name of ["divisor", "images", "counted"] as const)
        addTo(sums[name], of[name], sign);
      of.hits.forEach((hits, m) => addTo(sums.hits[m]!, hits, sign));
    });
  }

  #drawCurves(k: number): void {
    const rows = this.#byClass[k]!.filter((row) => this.#admitted[row] === 1);
    for (const range of this.#ranges)
      range.precision.set(areasUnderCurve(rows, range, T, range.divisor[k]!), k * T);
  }
}

function addTo<Column extends Int32Array | Float64Array>(
  sums: Column,
  values: Column,
  sign: number,
): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += sign * values[i]!;
}

/** [K] prediction rows of each class by descending score, in the order in which they are evaluated. */
function rowsByClass({ predictions, imageIds, categoryIds }: EvaluationSet): Int32Array[] {
  const order = scoreOrder(predictions, imageIds.length);
  return categoryIds.map((_, k) => order.filter((row) => predictions.category[row] === k));
}

function splitRegions({ regions, imageIds }: EvaluationSet): Float64Array[] {
  const boxes = Array.from(imageIds, (): number[] => []);
  regions?.image.forEach((image, row) =>
    boxes[image]!.push(...regions.boxes.subarray(4 * row, 4 * row + 4)),
  );
  return boxes.map((of) => Float64Array.from(of));
}
