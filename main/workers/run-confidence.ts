import {
  bootstrapAp,
  bootstrapDefaults,
  bootstrapDifference,
  type BucketDifference,
  type BucketInterval,
} from "../../shared/evaluation/confidence/bootstrap.ts";
import { boxNoise, type NoiseCurve } from "../../shared/evaluation/confidence/box-noise.ts";
import { scoringRows } from "./evaluation-set.ts";
import type { AnalysisState } from "./methods.ts";
import { refuseOtherDataset, storedRun } from "./stored-run.ts";

interface Resampled<Bucket> {
  readonly resamples: number;
  readonly level: number;
  readonly buckets: readonly Bucket[];
}

const { resamples, level } = bootstrapDefaults;

/** How sure the AP of each bucket is, by resampling images. Throws `run/not-found`. */
export function runIntervals(
  state: AnalysisState,
  { runId }: { readonly runId: number },
): Resampled<BucketInterval> {
  const { set, params } = setOf(state, runId);
  return { resamples, level, buckets: bootstrapAp(set, params) };
}

/** The other run minus this one, on the same resamples. Throws `run/not-found`, `run/other-dataset`. */
export function runDifference(
  state: AnalysisState,
  { runId, otherRunId }: { readonly runId: number; readonly otherRunId: number },
): Resampled<BucketDifference> {
  const first = setOf(state, runId);
  const second = setOf(state, otherRunId);
  refuseOtherDataset(first.dataset, second.dataset);
  return { resamples, level, buckets: bootstrapDifference(first.set, second.set, first.params) };
}

/** How AP falls when labels are moved. Throws `run/not-found`. */
export function runBoxNoise(
  state: AnalysisState,
  { runId }: { readonly runId: number },
): { readonly curves: readonly NoiseCurve[] } {
  const { set, params } = setOf(state, runId);
  return { curves: boxNoise(set, params) };
}

function setOf(state: AnalysisState, runId: number) {
  const { params, predictionSetId } = storedRun(state.queries, runId);
  const { dataset, predictions } = state.columns.predictions(predictionSetId);
  return { dataset, params, set: scoringRows(dataset, predictions, params.protocol).set };
}
