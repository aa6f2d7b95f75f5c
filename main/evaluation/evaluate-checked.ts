import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { accumulate, resultOf } from "../../shared/evaluation/evaluate.ts";
import { matchDetections } from "../../shared/evaluation/match.ts";
import type { EvaluationResult, EvaluationSet } from "../../shared/evaluation/types.ts";

/** As `evaluate` for COCO and SODA-D, for a set whose records were checked as they were read. */
export function evaluateChecked(set: EvaluationSet, params: EvaluationParams): EvaluationResult {
  const began = performance.now();
  const matches = matchDetections(set, params);
  const matched = performance.now();
  const { arrays, truthCounts } = accumulate(set, matches);
  const result = resultOf(set, params, arrays, truthCounts);
  const timings = { evaluate: matched - began, accumulate: performance.now() - matched };
  return { ...result, timings };
}
