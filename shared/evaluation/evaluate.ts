/**
 * Evaluation of a set: exact to the bit with pycocotools 2.0.11 for COCO and custom ranges, and with SODA-D's own
 * evaluator for SODA-D, but that a ground truth with id 0 counts like any other. VisDrone's rules are a folder apart.
 * Letters: T IoU thresholds, R recall thresholds, K classes, A area ranges, M maxDets, N truth, P predictions.
 */
import type { EvaluationParams } from "../domain/protocols.ts";
import { Accumulator, countTruth, emptyArrays } from "./accumulate.ts";
import { checkSet } from "./check-set.ts";
import { matchDetections } from "./match.ts";
import type { Matches } from "./matches.ts";
import { headlineOf, scoreClasses, summarize } from "./summarize.ts";
import type { ClassScore, EvaluationArrays, EvaluationResult, EvaluationSet } from "./types.ts";
import { evaluateVisDrone } from "./visdrone/evaluate.ts";

/** Checks, matches, accumulates and sums up. Throws an AppError `evaluation/...` that names what is wrong. */
export function evaluate(set: EvaluationSet, params: EvaluationParams): EvaluationResult {
  const began = performance.now();
  checkSet(set, params);
  if (params.protocol === "visdrone") return evaluateVisDrone(set, params);
  return evaluateChecked(set, params, began);
}

/**
 * The same for COCO and SODA-D, of a set whose records were checked as they were read. began: when the time of
 * `evaluate` starts.
 */
export function evaluateChecked(
  set: EvaluationSet,
  params: EvaluationParams,
  began = performance.now(),
): EvaluationResult {
  const matches = matchDetections(set, params);
  const matched = performance.now();
  const { arrays, truthCounts } = accumulate(set, matches);
  const result = resultOf(set, params, arrays, truthCounts);
  return {
    ...result,
    timings: { evaluate: matched - began, accumulate: performance.now() - matched },
  };
}

/** The three arrays of all classes, and [K,A] the ground truths that count. */
export function accumulate(
  set: EvaluationSet,
  matches: Matches,
): { arrays: EvaluationArrays; truthCounts: Int32Array } {
  const { areaRanges, maxDets } = matches.params;
  const arrays = emptyArrays(set.categoryIds.length, areaRanges.length, maxDets.length);
  const classes = set.categoryIds.map((_, k) => k);
  return { arrays, truthCounts: accumulateClasses(set, matches, classes, arrays) };
}

/** Fills some classes of `arrays`. Returns [K,A] the ground truths that count, of all classes. */
export function accumulateClasses(
  set: EvaluationSet,
  matches: Matches,
  classes: readonly number[],
  arrays: EvaluationArrays,
): Int32Array {
  const { K, A } = arrays.shape;
  const truthCounts = countTruth(set.truth.category, matches.truthCounts, K, A);
  const accumulator = new Accumulator();
  for (const k of classes)
    accumulator.fillClass(matches, k, truthCounts.subarray(k * A, (k + 1) * A), arrays);
  return truthCounts;
}

/** Everything of a result but its timings. truthCounts: [K,A]; predicted: [K] as countPredictions gives it. */
export function resultOf(
  set: EvaluationSet,
  params: EvaluationParams,
  arrays: EvaluationArrays,
  truthCounts: Int32Array,
  predicted: Int32Array = countPredictions(set, -Infinity),
): Omit<EvaluationResult, "timings"> {
  const K = set.categoryIds.length;
  const A = params.areaRanges.length;
  const byRange = new Array<number>(A).fill(0);
  for (let i = 0; i < K * A; i++) byRange[i % A]! += truthCounts[i]!;
  return {
    params,
    summary: summarize(arrays, params),
    perClass: classScores(set, params, arrays, truthCounts, predicted),
    arrays,
    truthCounts: byRange,
  };
}

/** [K] predictions of each class whose score is at least `lowestScore`. */
export function countPredictions(
  { predictions: { category, score }, categoryIds }: EvaluationSet,
  lowestScore: number,
): Int32Array {
  const counts = new Int32Array(categoryIds.length);
  for (let row = 0; row < category.length; row++)
    if (score[row]! >= lowestScore) counts[category[row]!]!++;
  return counts;
}

function classScores(
  set: EvaluationSet,
  params: EvaluationParams,
  arrays: EvaluationArrays,
  truthCounts: Int32Array,
  predicted: Int32Array,
): ClassScore[] {
  const A = params.areaRanges.length;
  const { range } = headlineOf(params);
  const scores = scoreClasses(arrays, params);
  return set.categoryIds.map((categoryId, k) => ({
    categoryId,
    name: set.categoryNames[k]!,
    truthCount: truthCounts[k * A + range]!,
    predictionCount: predicted[k]!,
    ...scores[k]!,
  }));
}
