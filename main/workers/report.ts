import type { BucketScore, ClassRow, MetricValue } from "../../shared/api/runs.ts";
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { headlineOf, meanPrecision, meanRecall } from "../../shared/evaluation/summarize.ts";
import type { EvaluationArrays, EvaluationResult } from "../../shared/evaluation/types.ts";
import type { EvaluationRows } from "./evaluation-set.ts";

/** Index of IoU 0.5 and 0.75 among the thresholds. */
const AT_50 = 0;
const AT_75 = 5;

/** The parts of a run's report that come from the evaluator's result. */
export interface ScoredReport {
  readonly headline: number | null;
  readonly summary: readonly MetricValue[];
  readonly buckets: readonly BucketScore[];
  readonly perClass: readonly ClassRow[];
}

/**
 * `imageCounts`: [A] images that hold an object which counts in the range.
 * VisDrone's scores by range are ours and stand with the buckets only; its summary is the official one.
 */
export function scoredReport(
  result: EvaluationResult,
  { classes }: EvaluationRows,
  imageCounts: readonly number[],
): ScoredReport {
  const { arrays, params } = result;
  return {
    headline: result.summary["AP"] ?? null,
    summary: summaryRows(result),
    buckets: params.areaRanges.map((range, a) => ({
      ...range,
      truthCount: result.truthCounts[a]!,
      imageCount: imageCounts[a]!,
      ...(arrays ? scoresFromArrays(arrays, params, a) : scoresFromSummary(result, a)),
    })),
    perClass: result.perClass.map((row, k) => ({
      categoryId: classes[k]!.id,
      name: row.name,
      truthCount: row.truthCount,
      predictionCount: row.predictionCount,
      ap: row.ap,
      ap50: row.ap50,
      ap75: row.ap75,
      ar: row.ar,
      buckets: row.areas,
    })),
  };
}

/** AP of one area range over all thresholds and at IoU 0.5, as in the report. */
export function bucketAp(
  result: EvaluationResult,
  a: number,
): { readonly ap: number | null; readonly ap50: number | null } {
  const { arrays, params } = result;
  if (!arrays) {
    const { ap, ap50 } = scoresFromSummary(result, a);
    return { ap, ap50 };
  }
  const { apMaxDets: m } = headlineOf(params);
  return { ap: meanPrecision(arrays, { a, m }), ap50: meanPrecision(arrays, { a, m, t: AT_50 }) };
}

export function summaryRows({ summary, params }: EvaluationResult): MetricValue[] {
  return Object.entries(summary)
    .filter(([key]) => params.protocol !== "visdrone" || !key.includes("_"))
    .map(([key, value]) => ({ key, value }));
}

type Scores = Pick<BucketScore, "ap" | "ap50" | "ap75" | "ar" | "apByIou" | "curves">;

/** AP at the protocol's maxDets for AP, AR at the largest, as in the summary. */
function scoresFromArrays(arrays: EvaluationArrays, params: EvaluationParams, a: number): Scores {
  const { apMaxDets, lastMaxDets } = headlineOf(params);
  const { T } = arrays.shape;
  const curve = (thresholds: readonly number[]) => meanCurve(arrays, thresholds, a, apMaxDets);
  const all = Array.from({ length: T }, (_, t) => t);
  const ap = (t?: number) =>
    meanPrecision(arrays, { a, m: apMaxDets, ...(t === undefined ? {} : { t }) });
  const mean = curve(all);
  return {
    ap: ap(),
    ap50: ap(AT_50),
    ap75: ap(AT_75),
    ar: meanRecall(arrays, { a, m: lastMaxDets }),
    apByIou: all.map(ap),
    curves: mean && { iou50: curve([AT_50])!, iou75: curve([AT_75])!, mean },
  };
}

/** Precision at each recall point, as the mean over classes and the thresholds given; null where no class has truth. */
function meanCurve(
  { precision, shape }: EvaluationArrays,
  thresholds: readonly number[],
  a: number,
  m: number,
): number[] | null {
  const { R, K, A, M } = shape;
  const sums = new Array<number>(R).fill(0);
  let cells = 0;
  for (const t of thresholds) {
    for (let k = 0; k < K; k += 1) {
      const cell = (t * R * K + k) * A * M + a * M + m;
      if (precision[cell]! < 0) continue;
      cells += 1;
      for (let r = 0; r < R; r += 1) sums[r]! += precision[cell + r * K * A * M]!;
    }
  }
  return cells === 0 ? null : sums.map((sum) => sum / cells);
}

/** VisDrone has no 101-point curves; ranges beyond its one are an addition of ours, under suffixed names. */
function scoresFromSummary({ summary, params, apByIou = [] }: EvaluationResult, a: number): Scores {
  const suffix = a === 0 ? "" : `_${params.areaRanges[a]!.label}`;
  const byIou = apByIou[a] ?? [];
  return {
    ap: summary[`AP${suffix}`] ?? null,
    ap50: byIou[AT_50] ?? null,
    ap75: byIou[AT_75] ?? null,
    ar: summary[a === 0 ? `AR${params.maxDets.at(-1)!}` : `AR${suffix}`] ?? null,
    apByIou: byIou,
    curves: null,
  };
}
