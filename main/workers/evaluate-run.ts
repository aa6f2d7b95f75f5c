import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { evaluate } from "../../shared/evaluation/evaluate.ts";
import { judge, type Judgement } from "../../shared/evaluation/failures/judge.ts";
import { areaLimits, rangeBits } from "../../shared/evaluation/group-truth.ts";
import { scoreHistogram, sizeHistogram } from "../../shared/evaluation/histograms.ts";
import { iouThresholds } from "../../shared/evaluation/thresholds.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";
import { evaluationWarnings } from "../../shared/evaluation/warnings.ts";
import { evaluatorVersion } from "../../shared/evaluation/version.ts";
import type { NewRun } from "../db/queries/runs.ts";
import { scoringRows } from "./evaluation-set.ts";
import type { AnalysisState } from "./methods.ts";
import { scoredReport } from "./report.ts";

export interface EvaluateRunArgs {
  readonly predictionSetId: number;
  readonly params: EvaluationParams;
}

/** All of a run but its name. */
export type EvaluatedRun = Omit<NewRun, "name">;

const HISTOGRAM_IOU = 0.5;

/** Loads the set, evaluates it and gives everything a run stores. */
export function evaluateRun(
  { columns, queries, report: tell }: AnalysisState,
  { predictionSetId, params }: EvaluateRunArgs,
): EvaluatedRun {
  const began = performance.now();
  const { dataset, predictions } = columns.predictions(predictionSetId, tell);
  const rows = scoringRows(dataset, predictions, params.protocol);
  const load = performance.now() - began;
  const boxes = predictions.score.length;
  tell({ phase: "Evaluating", step: 0, total: boxes, unit: "predictions" });
  const result = evaluate(rows.set, params);
  tell({ phase: "Looking at hits and misses", step: boxes, total: boxes, unit: "predictions" });
  const judgement = judge(rows.set, params, HISTOGRAM_IOU);
  const { headline, ...report } = scoredReport(
    result,
    rows,
    imageCounts(rows.set, params, judgement),
  );
  return {
    datasetId: dataset.id,
    predictionSetId,
    params,
    revision: dataset.revision,
    evaluatorVersion,
    headline,
    report: {
      ...report,
      iouThresholds,
      scoreHistogram: scoreHistogram(rows.set, judgement),
      sizeHistogram: sizeHistogram(rows.set, params, judgement),
      warnings: evaluationWarnings(rows.set, result, {
        hasMasks: queries.hasMasks(dataset.id),
        ...queries.leftOutPredictions(predictionSetId),
      }),
      timings: { ...result.timings, load, total: performance.now() - began },
    },
  };
}

/** [A] images that hold an object which counts in the range. */
function imageCounts(
  { truth }: EvaluationSet,
  params: EvaluationParams,
  { truthIgnored }: Judgement,
): number[] {
  const images = params.areaRanges.map(() => new Set<number>());
  const limits = areaLimits(params);
  for (let t = 0; t < truth.image.length; t += 1) {
    if (truthIgnored[t] === 1) continue;
    const bits = rangeBits(truth.area[t]!, limits);
    for (let a = 0; a < images.length; a += 1) if ((bits >> a) & 1) images[a]!.add(truth.image[t]!);
  }
  return images.map(({ size }) => size);
}
