/**
 * The named numbers of a protocol from its three arrays. Which area range and which maxDets a number is taken at
 * differs between protocols and is told by `headlineOf`.
 */
import { cocoParams, protocolParams, type EvaluationParams } from "../domain/protocols.ts";
import { mean } from "./mean.ts";
import { iouThresholds } from "./thresholds.ts";
import type { ClassScore, EvaluationArrays } from "./types.ts";

/** Index of IoU 0.5 and 0.75 among the thresholds. */
const AT_50 = iouThresholds.indexOf(0.5);
const AT_75 = iouThresholds.indexOf(0.75);

interface Headline {
  /** Index of the area range of AP, AP50, AP75 and AR<n>. */
  readonly range: number;
  /** Index of the maxDets of AP and of every AP_<range>. */
  readonly apMaxDets: number;
  /** Index of the maxDets of every AR_<range> and of the values by class. */
  readonly lastMaxDets: number;
}

/** COCO takes AP at the largest maxDets, SODA-D's evaluator at the smallest. */
export function headlineOf(params: EvaluationParams): Headline {
  const label = protocolParams[params.protocol].areaRanges[0]!.label;
  const range = params.areaRanges.findIndex((candidate) => candidate.label === label);
  const lastMaxDets = params.maxDets.length - 1;
  return {
    range: Math.max(0, range),
    apMaxDets: params.protocol === "soda-d" ? 0 : lastMaxDets,
    lastMaxDets,
  };
}

/** AP, AP50, AP75, AP by area range, AR by maxDets, AR by area range; null where nothing is there to score. */
export function summarize(
  arrays: EvaluationArrays,
  params: EvaluationParams,
): Record<string, number | null> {
  const { range, apMaxDets, lastMaxDets } = headlineOf(params);
  const names = rangeNames(params, range);
  const summary: Record<string, number | null> = {
    AP: meanPrecision(arrays, { a: range, m: apMaxDets }),
    AP50: meanPrecision(arrays, { a: range, m: apMaxDets, t: AT_50 }),
    AP75: meanPrecision(arrays, { a: range, m: apMaxDets, t: AT_75 }),
  };
  for (const [a, name] of names) summary[`AP${name}`] = meanPrecision(arrays, { a, m: apMaxDets });
  for (const [m, limit] of params.maxDets.entries())
    summary[`AR${limit}`] = meanRecall(arrays, { a: range, m });
  for (const [a, name] of names) summary[`AR${name}`] = meanRecall(arrays, { a, m: lastMaxDets });
  return summary;
}

type Scores = Pick<ClassScore, "ap" | "ap50" | "ap75" | "ar" | "areas">;

/** The scores of each class, at the headline range and the largest maxDets as both evaluators' tables have them. */
export function scoreClasses(arrays: EvaluationArrays, params: EvaluationParams): Scores[] {
  const { range, lastMaxDets: m } = headlineOf(params);
  const { T, R, K, A } = arrays.shape;
  const curves = curvesByClass(arrays, m);
  /** The mean over the thresholds t..end-1 of one class and range; it has ground truth in all of them or in none. */
  const meanOfCurves = (k: number, a: number, t = 0, end = T) => {
    const first = (k * A + a) * T;
    const values = curves.subarray((first + t) * R, (first + end) * R);
    return values[0]! > -1 ? mean(values, values.length) : null;
  };
  return Array.from({ length: K }, (_, k) => ({
    ap: meanOfCurves(k, range),
    ap50: meanOfCurves(k, range, AT_50, AT_50 + 1),
    ap75: meanOfCurves(k, range, AT_75, AT_75 + 1),
    ar: meanRecall(arrays, { a: range, m, k }),
    areas: Object.fromEntries(
      params.areaRanges.map(({ label }, a) => [label, meanOfCurves(k, a)]),
    ) as Record<string, number | null>,
  }));
}

/** [K,A,T,R] precision at one maxDets: each class's values side by side, copied in the order of the arrays' memory. */
function curvesByClass({ precision, shape: { T, R, K, A, M } }: EvaluationArrays, m: number) {
  const curves = new Float64Array(K * A * T * R);
  for (let row = 0; row < T * R; row++)
    for (let cell = 0; cell < K * A; cell++)
      curves[cell * T * R + row] = precision[(row * K * A + cell) * M + m]!;
  return curves;
}

/** Index and suffix of each area range that gets names of its own: `s`, `m`, `l` for COCO's own, else `_<label>`. */
function rangeNames(params: EvaluationParams, headline: number): [number, string][] {
  const standard = protocolParams[params.protocol].areaRanges;
  const isStandard = sameRanges(params.areaRanges, standard);
  const short = isStandard && sameRanges(standard, cocoParams.areaRanges);
  return params.areaRanges
    .map(({ label }, a): [number, string] => [a, short ? label.charAt(0) : `_${label}`])
    .filter(([a]) => !isStandard || a !== headline);
}

function sameRanges(
  some: EvaluationParams["areaRanges"],
  others: EvaluationParams["areaRanges"],
): boolean {
  return (
    some.length === others.length &&
    some.every((range, i) => {
      const other = others[i]!;
      return range.label === other.label && range.low === other.low && range.high === other.high;
    })
  );
}

/** Which values a mean takes: area range a, maxDets m, and all of t and k unless given. */
export interface Selection {
  readonly a: number;
  readonly m: number;
  readonly k?: number;
  readonly t?: number;
}

/** The mean of precision over [T,R,K], in that order, without the -1 of classes that have no ground truth. */
export function meanPrecision(
  { precision, shape }: EvaluationArrays,
  only: Selection,
): number | null {
  return meanOf(precision, shape.T, shape.R, shape, only);
}

export function meanRecall({ recall, shape }: EvaluationArrays, only: Selection): number | null {
  return meanOf(recall, shape.T, 1, shape, only);
}

function meanOf(
  values: Float64Array,
  T: number,
  R: number,
  { K, A, M }: EvaluationArrays["shape"],
  { a, m, k, t }: Selection,
): number | null {
  const firstClass = k ?? 0;
  const endClass = k === undefined ? K : k + 1;
  const firstRow = (t ?? 0) * R;
  const endRow = t === undefined ? T * R : firstRow + R;
  const present = new Float64Array((endRow - firstRow) * (endClass - firstClass));
  let count = 0;
  for (let row = firstRow; row < endRow; row++)
    for (let c = firstClass; c < endClass; c++) {
      const value = values[((row * K + c) * A + a) * M + m]!;
      if (value > -1) present[count++] = value;
    }
  return mean(present, count);
}
