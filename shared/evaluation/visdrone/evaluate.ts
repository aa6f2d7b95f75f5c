/**
 * The scores of VisDrone-DET's toolkit, 0..1.
 *
 * - Ignored regions (`set.regions`) first drop the ground truth and the predictions at least half inside them.
 * - maxDets then keeps the first rows of each image in file order, over all classes; score plays no part in it.
 * - Ground truth with `ignore` 1 (score 0 in the file) is matched last, by the prediction's own area, any number of
 *   times, and counts neither way; yet recall divides by all of the class, ignored ones included.
 * - AP is the whole area under the envelope. Means are weighted by how many images hold the class.
 *
 * Rows of classes that are not scored carry category -1, and cost nothing to pass: ground truth of "others" is then
 * only skipped as a target (a prediction on it stays a false positive), and predictions outside the ten classes keep
 * their place in the maxDets cut. Leaving "others" ground truth out gives the same scores.
 *
 * Area ranges other than `all` are an addition of ours, in COCO's manner: ground truth outside the range is ignored
 * (and taken at most once), unmatched predictions outside it are ignored.
 * Source: VisDrone2018-DET-toolkit, evalDET.m and utils/.
 */
import type { AreaRange, EvaluationParams } from "../../domain/protocols.ts";
import { headlineOf } from "../summarize.ts";
import type { ClassScore, EvaluationResult, EvaluationSet } from "../types.ts";
import { areasUnderCurve } from "./area-under-curve.ts";
import { admittedRows, matchVisDrone, prepareVisDrone, type VisDroneSet } from "./match.ts";
import { visDroneThresholds } from "./thresholds.ts";

const T = visDroneThresholds.length;
const AT_50 = 0;
const AT_75 = 5;

/** [K] each: the ground truths of one area range. */
export interface RangeTruth {
  /** [K] ground truths of the range that recall divides by. */
  readonly divisor: Int32Array;
  /** [K] images that hold the class: the weight of its scores. */
  readonly images: Int32Array;
  /** Ground truths that are not ignored. */
  readonly counted: Int32Array;
}

/** The scores of one area range. */
export interface RangeScores extends RangeTruth {
  /** [K,T] */
  readonly precision: Float64Array;
  /** [M] of [K,T] */
  readonly recall: readonly Float64Array[];
}

export function evaluateVisDrone(set: EvaluationSet, params: EvaluationParams): EvaluationResult {
  const started = performance.now();
  const prepared = prepareVisDrone(set);
  const matched = performance.now();
  const ranges = params.areaRanges.map((range) => scoresOfRange(prepared, range, params.maxDets));
  return {
    ...resultOfRanges(set, params, ranges, countPredictions(set)),
    timings: { evaluate: matched - started, accumulate: performance.now() - matched },
  };
}

/** Everything of a result but its timings. predicted: [K] predictions of each class. */
export function resultOfRanges(
  set: Pick<EvaluationSet, "categoryIds" | "categoryNames">,
  params: EvaluationParams,
  ranges: readonly RangeScores[],
  predicted: Int32Array,
): Omit<EvaluationResult, "timings"> {
  return {
    params,
    summary: summarizeRanges(params, ranges),
    perClass: classScores(set, params, ranges, predicted),
    arrays: null,
    apByIou: ranges.map((scores) =>
      visDroneThresholds.map((_, t) => weightedMean(scores, scores.precision, t, 1)),
    ),
    truthCounts: ranges.map(({ counted }) => counted.reduce((sum, n) => sum + n, 0)),
  };
}

/** [K] rows of each class that is scored. */
export function countPredictions({ predictions, categoryIds }: EvaluationSet): Int32Array {
  const predicted = new Int32Array(categoryIds.length);
  for (const k of predictions.category) if (k >= 0) predicted[k]!++;
  return predicted;
}

function summarizeRanges(
  params: EvaluationParams,
  ranges: readonly RangeScores[],
): Record<string, number | null> {
  const headline = ranges[headlineOf(params).range]!;
  const summary: Record<string, number | null> = {
    AP: weightedMean(headline, headline.precision, 0, T),
    AP50: weightedMean(headline, headline.precision, AT_50, 1),
    AP75: weightedMean(headline, headline.precision, AT_75, 1),
  };
  headline.recall.forEach((recall, m) => {
    summary[`AR${params.maxDets[m]!}`] = weightedMean(headline, recall, 0, T);
  });
  if (ranges.length === 1) return summary;
  ranges.forEach((scores, a) => {
    const { label } = params.areaRanges[a]!;
    summary[`AP_${label}`] = weightedMean(scores, scores.precision, 0, T);
    summary[`AR_${label}`] = weightedMean(scores, scores.recall.at(-1)!, 0, T);
  });
  return summary;
}

function scoresOfRange(
  prepared: VisDroneSet,
  range: AreaRange,
  maxDets: readonly number[],
): RangeScores {
  const K = prepared.set.categoryIds.length;
  const counts = countTruth(prepared, range);
  const precision = new Float64Array(K * T);
  const recall = maxDets.map((limit, m) => {
    const masks = matchVisDrone(prepared, range, limit);
    const hits = hitCounts(prepared, masks.hit, K);
    // Only the largest maxDets feeds AP.
    if (m === maxDets.length - 1) {
      const admitted = admittedRows(prepared, limit);
      const byClass = admittedByClass(prepared, admitted, K);
      for (let k = 0; k < K; k++)
        precision.set(areasUnderCurve(byClass[k]!, masks, T, counts.divisor[k]!), k * T);
    }
    return recallOf(hits, counts.divisor);
  });
  return { ...counts, precision, recall };
}

/** hits: [K,T] true positives; divisor: [K] as in RangeTruth. Returns [K,T]. */
export function recallOf(hits: Float64Array, divisor: Int32Array): Float64Array {
  return hits.map((n, cell) => n / Math.max(1, divisor[Math.floor(cell / T)]!));
}

export function countTruth({ set, dropped }: VisDroneSet, range: AreaRange): RangeTruth {
  const K = set.categoryIds.length;
  const { image, category, area, ignore } = set.truth;
  const divisor = new Int32Array(K);
  const counted = new Int32Array(K);
  const images = new Int32Array(K);
  const seen = new Set<number>();
  for (let t = 0; t < image.length; t++) {
    const k = category[t]!;
    if (k < 0 || dropped.truth[t] === 1 || area[t]! < range.low || area[t]! > range.high) continue;
    divisor[k]!++;
    if (ignore[t] === 0) counted[k]!++;
    const cell = image[t]! * K + k;
    if (!seen.has(cell)) images[k]!++;
    seen.add(cell);
  }
  return { divisor, counted, images };
}

/** [K,T] true positives. */
export function hitCounts({ set }: VisDroneSet, hit: Uint16Array, K: number): Float64Array {
  const counts = new Float64Array(K * T);
  for (let p = 0; p < hit.length; p++)
    for (let t = 0, bits = hit[p]!; bits !== 0; t++, bits >>= 1)
      if (bits & 1) counts[set.predictions.category[p]! * T + t]!++;
  return counts;
}

/** [K] the admitted prediction rows of each class by descending score. */
function admittedByClass({ set, order }: VisDroneSet, admitted: Uint8Array, K: number) {
  const rows = Array.from({ length: K }, (): number[] => []);
  for (const p of order) if (admitted[p] === 1) rows[set.predictions.category[p]!]!.push(p);
  return rows;
}

/** Mean over the classes, each as often as there are images that hold it, and over `count` thresholds. */
function weightedMean(
  { images }: RangeScores,
  values: Float64Array,
  first: number,
  count: number,
): number | null {
  let sum = 0;
  let weight = 0;
  images.forEach((n, k) => {
    for (let t = first; t < first + count; t++) sum += n * values[k * T + t]!;
    weight += n * count;
  });
  return weight === 0 ? null : sum / weight;
}

function classScores(
  set: Pick<EvaluationSet, "categoryIds" | "categoryNames">,
  params: EvaluationParams,
  ranges: readonly RangeScores[],
  predicted: Int32Array,
): ClassScore[] {
  const mean = (scores: RangeScores, k: number, values: Float64Array, first = 0, count = T) => {
    if (scores.images[k] === 0) return null;
    const cells = values.subarray(k * T + first, k * T + first + count);
    return cells.reduce((sum, value) => sum + value, 0) / count;
  };
  const headline = ranges[headlineOf(params).range]!;
  return set.categoryIds.map((categoryId, k) => ({
    categoryId,
    name: set.categoryNames[k]!,
    truthCount: headline.counted[k]!,
    predictionCount: predicted[k]!,
    ap: mean(headline, k, headline.precision),
    ap50: mean(headline, k, headline.precision, AT_50, 1),
    ap75: mean(headline, k, headline.precision, AT_75, 1),
    ar: mean(headline, k, headline.recall.at(-1)!),
    areas: Object.fromEntries(
      ranges.map((scores, i) => [params.areaRanges[i]!.label, mean(scores, k, scores.precision)]),
    ),
  }));
}
