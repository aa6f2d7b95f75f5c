/** The precision-recall curves after each repair of one kind of error, from which tide.ts takes the gains. */
import type { ErrorTotal, ErrorType } from "../../domain/help/errors.ts";
import type { AreaRange } from "../../domain/protocols.ts";
import type { EvaluationSet } from "../types.ts";
import { errorCodes, HIT, type ClassifiedErrors } from "./classify.ts";
import { ClassCurves } from "./class-curves.ts";

export type Repair = ErrorType | ErrorTotal | "nothing";

export interface Repaired {
  readonly curves: Readonly<Record<Repair, ClassCurves>>;
  /** [K] of each type, and ground truths that count. */
  readonly counts: Readonly<Record<ErrorType, Int32Array>>;
  readonly truthCounts: Int32Array;
}

/** Every repair on its own, over all classes, within one area range; null takes everything. */
export function repairAll(
  set: EvaluationSet,
  errors: ClassifiedErrors,
  range: AreaRange | null,
): Repaired {
  const part = partOf(set, errors, range);
  const truthCounts = countBy(set, part.truth, (t) => errors.counts[t] === 1);
  const missedAt = (t: number) => errors.counts[t] === 1 && errors.found[t] === 0;
  const lost = countBy(set, part.truth, missedAt);
  const missed = countBy(set, part.truth, (t) => missedAt(t) && errors.repairedBy[t] === -1);
  const { score } = set.predictions;
  const standing = pointsOf(set, errors, part.predictions);
  const listed = pointsOf(set, errors, errorsFirst(part.predictions, score, errors.outcome));
  const repaired = (repair: Repair) => {
    const positives = truthCounts.slice();
    if (repair === "miss") subtract(positives, missed);
    if (repair === "false-negatives") subtract(positives, lost);
    return repairedCurves(repair === "nothing" ? standing : listed, repair, positives);
  };
  return {
    truthCounts,
    counts: {
      ...countErrors(standing, truthCounts.length),
      miss: missed,
    },
    curves: {
      nothing: repaired("nothing"),
      cls: repaired("cls"),
      loc: repaired("loc"),
      both: repaired("both"),
      dupe: repaired("dupe"),
      bkg: repaired("bkg"),
      miss: repaired("miss"),
      "false-positives": repaired("false-positives"),
      "false-negatives": repaired("false-negatives"),
    },
  };
}

/** The ground truths, and the kept predictions by falling score, that belong to an area range. */
function partOf(set: EvaluationSet, errors: ClassifiedErrors, range: AreaRange | null) {
  const { truth, predictions } = set;
  const { low, high } = range ?? { low: -Infinity, high: Infinity };
  const truthRows: number[] = [];
  for (let t = 0; t < truth.area.length; t++)
    if (truth.area[t]! >= low && truth.area[t]! <= high) truthRows.push(t);
  const rows = new Int32Array(errors.order.length);
  let count = 0;
  for (let i = 0; i < errors.order.length; i++) {
    const p = errors.order[i]!;
    const target = errors.target[p]!;
    const area =
      target === -1
        ? predictions.boxes[4 * p + 2]! * predictions.boxes[4 * p + 3]!
        : truth.area[target]!;
    if (area >= low && area <= high) rows[count++] = p;
  }
  return { truth: truthRows, predictions: rows.subarray(0, count) };
}

/** What the repairs need to know of each prediction, as columns, so that nine walks over them are cheap. */
interface Points {
  /** Codes as in ClassifiedErrors.outcome. */
  readonly outcome: Uint8Array;
  readonly unseen: Uint8Array;
  readonly category: Int32Array;
  /** Class of the object that repairing the error would find; -1 where it finds none. */
  readonly finds: Int32Array;
}

/** With anything repaired TIDE lists errors before hits of the same score; as they stand, predictions go by image. */
function errorsFirst(rows: Int32Array, score: Float64Array, outcome: Uint8Array): Int32Array {
  const ordered = new Int32Array(rows.length);
  let at = 0;
  for (let from = 0, to = 0; from < rows.length; from = to) {
    while (to < rows.length && score[rows[to]!] === score[rows[from]!]) to++;
    for (let i = from; i < to; i++) if (outcome[rows[i]!] !== HIT) ordered[at++] = rows[i]!;
    for (let i = from; i < to; i++) if (outcome[rows[i]!] === HIT) ordered[at++] = rows[i]!;
  }
  return ordered;
}

function pointsOf(set: EvaluationSet, errors: ClassifiedErrors, rows: Int32Array): Points {
  const points = {
    outcome: new Uint8Array(rows.length),
    unseen: new Uint8Array(rows.length),
    category: new Int32Array(rows.length),
    finds: new Int32Array(rows.length).fill(-1),
  };
  for (let i = 0; i < rows.length; i++) {
    const p = rows[i]!;
    points.outcome[i] = errors.outcome[p]!;
    points.unseen[i] = errors.unseen[p]!;
    points.category[i] = set.predictions.category[p]!;
    const target = errors.target[p]!;
    if (target !== -1 && errors.repairedBy[target] === p)
      points.finds[i] = set.truth.category[target]!;
  }
  return points;
}

/** [K] of each type of error that is a prediction, by the class of the prediction. */
function countErrors({ outcome, category }: Points, K: number) {
  const counts = {
    loc: new Int32Array(K),
    cls: new Int32Array(K),
    dupe: new Int32Array(K),
    bkg: new Int32Array(K),
    both: new Int32Array(K),
  };
  const byCode = [null, null, counts.loc, counts.cls, counts.dupe, counts.bkg, counts.both];
  for (let i = 0; i < outcome.length; i++) {
    const of = byCode[outcome[i]!];
    if (of) of[category[i]!]!++;
  }
  return counts;
}

/** Precision and recall of every class after one repair. */
function repairedCurves(points: Points, repair: Repair, positives: Int32Array): ClassCurves {
  const { outcome, unseen, category, finds } = points;
  const curves = new ClassCurves(positives);
  if (repair === "false-positives") {
    for (let i = 0; i < outcome.length; i++) if (outcome[i] === HIT) curves.add(category[i]!, true);
    for (let i = 0; i < outcome.length; i++)
      if (outcome[i] !== HIT && unseen[i] === 0) curves.add(category[i]!, false);
    return curves;
  }
  const repairedCode = codeOf(repair);
  for (let i = 0; i < outcome.length; i++) {
    if (outcome[i] !== repairedCode) {
      if (unseen[i] === 0) curves.add(category[i]!, outcome[i] === HIT);
    } else if (finds[i] !== -1) curves.add(finds[i]!, true);
  }
  return curves;
}

/** -1 for repairs that change the count of objects only. */
function codeOf(repair: Repair): number {
  switch (repair) {
    case "cls":
    case "loc":
    case "both":
    case "dupe":
    case "bkg":
      return errorCodes[repair];
    case "miss":
    case "false-positives":
    case "false-negatives":
    case "nothing":
      return -1;
  }
}

/** [K] how many of the ground truth rows pass. */
function countBy(set: EvaluationSet, rows: readonly number[], passes: (t: number) => boolean) {
  const counts = new Int32Array(set.categoryIds.length);
  for (const t of rows) if (passes(t)) counts[set.truth.category[t]!]!++;
  return counts;
}

function subtract(from: Int32Array, what: Int32Array): void {
  for (let k = 0; k < from.length; k++) from[k]! -= what[k]!;
}
