import { cocoParams, type EvaluationParams } from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import type { EvaluationWarning } from "../../../shared/evaluation/types.ts";
import { evaluationWarnings, type WarningOptions } from "../../../shared/evaluation/warnings.ts";
import { smallSet, type SmallSet } from "./failures/small-set.ts";

/** What the evaluation of a small set warns of. */
export function warningsOf(
  small: SmallSet,
  params: EvaluationParams = cocoParams,
  options: WarningOptions = {},
): readonly EvaluationWarning[] {
  const set = smallSet(small);
  return evaluationWarnings(set, evaluate(set, params), options);
}
