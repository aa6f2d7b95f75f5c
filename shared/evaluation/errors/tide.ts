/**
 * What AP would gain if one kind of error were repaired (dAP), overall, by area range and by class.
 *
 * AP here is TIDE's: at the foreground IoU alone, 101 recall points i/100, precision without an epsilon, and the mean
 * over classes that have ground truth or predictions. Values are 0..1 (TIDE prints 0..100).
 *
 * By area range (an addition of ours; TIDE has none): a hit or an error belongs to the range of the object it hits
 * or aims at, otherwise to that of the prediction's own w*h; objects belong by their area. Each range is then a set
 * of its own.
 */
import { errorTypes, type ErrorTotal, type ErrorType } from "../../domain/help/errors.ts";
import type { EvaluationParams } from "../../domain/protocols.ts";
import type { EvaluationSet } from "../types.ts";
import { classifyErrors, tideOptions, type ErrorOptions } from "./classify.ts";
import { repairAll, type Repair, type Repaired } from "./repairs.ts";

export interface ErrorGain {
  /** How often the error occurs; for `miss`, objects. */
  readonly count: number;
  /** 0..1; never negative but for the two totals. */
  readonly dap: number;
}

export interface ErrorGains {
  /** TIDE's AP at the foreground IoU, 0..1; null where there is neither an object nor a prediction. */
  readonly ap: number | null;
  readonly truthCount: number;
  readonly types: Readonly<Record<ErrorType, ErrorGain>>;
  /** All false positives scored below every hit; no object missed. */
  readonly totals: Readonly<Record<ErrorTotal, number>>;
}

export interface ErrorReport {
  readonly options: ErrorOptions;
  readonly overall: ErrorGains;
  readonly buckets: readonly (ErrorGains & { readonly label: string })[];
  /** Counted by the class of the prediction; `miss` by that of the object. */
  readonly classes: readonly (ErrorGains & {
    readonly categoryId: number;
    readonly name: string;
  })[];
}

export function reportErrors(
  set: EvaluationSet,
  params: EvaluationParams,
  options: ErrorOptions = tideOptions,
): ErrorReport {
  const errors = classifyErrors(set, params, options);
  const everything = repairAll(set, errors, null);
  return {
    options,
    overall: overallGains(everything),
    buckets: params.areaRanges.map((range) => ({
      label: range.label,
      ...overallGains(repairAll(set, errors, range)),
    })),
    classes: set.categoryIds.map((categoryId, k) => ({
      categoryId,
      name: set.categoryNames[k]!,
      ...classGains(everything, k),
    })),
  };
}

function overallGains({ curves, counts, truthCounts }: Repaired): ErrorGains {
  const before = curves.nothing.meanAp();
  const gain = (repair: Repair) => (curves[repair].meanAp() ?? 0) - (before ?? 0);
  return gainsOf(before, sum(truthCounts), gain, (type) => sum(counts[type]));
}

function classGains({ curves, counts, truthCounts }: Repaired, k: number): ErrorGains {
  const before = curves.nothing.ap(k);
  const gain = (repair: Repair) => (curves[repair].ap(k) ?? 0) - (before ?? 0);
  return gainsOf(before, truthCounts[k]!, gain, (type) => counts[type][k]!);
}

function gainsOf(
  ap: number | null,
  truthCount: number,
  gain: (repair: Repair) => number,
  count: (type: ErrorType) => number,
): ErrorGains {
  const types = errorTypes.map((type) => [
    type,
    { count: count(type), dap: Math.max(0, gain(type)) },
  ]);
  return {
    ap,
    truthCount,
    types: Object.fromEntries(types) as Record<ErrorType, ErrorGain>,
    totals: {
      "false-positives": gain("false-positives"),
      "false-negatives": gain("false-negatives"),
    },
  };
}

const sum = (values: Int32Array) => values.reduce((total, value) => total + value, 0);
