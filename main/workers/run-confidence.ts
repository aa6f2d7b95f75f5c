import {
  bootstrapAp,
  bootstrapDefaults,
  bootstrapDifference,
  drawScores,
  type BucketDifference,
  type BucketInterval,
  type DrawnScores,
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

/** What the resamples of a run scored, 8 bytes a number. */
export interface KeptDraws extends DrawnScores {
  readonly bytes: number;
}

const { resamples, level } = bootstrapDefaults;

/** How sure the AP of each bucket is, by resampling images. Throws `run/not-found`. */
export function runIntervals(
  state: AnalysisState,
  { runId }: { readonly runId: number },
): Resampled<BucketInterval> {
  const run = setOf(state, runId);
  const buckets = bootstrapAp(run.set, run.params, bootstrapDefaults, keptDraws(state, [run]));
  return { resamples, level, buckets };
}

/** The other run minus this one, on the same resamples. Throws `run/not-found`, `run/other-dataset`. */
export function runDifference(
  state: AnalysisState,
  { runId, otherRunId }: { readonly runId: number; readonly otherRunId: number },
): Resampled<BucketDifference> {
  const first = setOf(state, runId);
  const second = setOf(state, otherRunId);
  refuseOtherDataset(first.dataset, second.dataset);
  const draw = keptDraws(state, [first, second]);
  const { set, params } = first;
  const buckets = bootstrapDifference(set, second.set, params, bootstrapDefaults, draw);
  return { resamples, level, buckets };
}

/** Draws are kept by labels, predictions and rules: the difference of two runs asks for those of their intervals. */
function keptDraws(
  state: AnalysisState,
  runs: readonly ReturnType<typeof setOf>[],
): typeof drawScores {
  return (set, params, draws) => {
    const { dataset, predictions } = runs.find((run) => run.set === set)!;
    const key = JSON.stringify([dataset.key, predictions.key, params]);
    return state.draws.get(key, () => {
      const scores = drawScores(set, params, draws);
      return { ...scores, bytes: scores.drawn.byteLength + scores.whole.byteLength };
    });
  };
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
  const { set } = scoringRows(dataset, predictions, params.protocol);
  return { dataset, predictions, params, set };
}
