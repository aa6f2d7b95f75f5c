import type { EvaluationParams } from "../../domain/protocols.ts";
import { pickImages } from "../pick-images.ts";
import type { EvaluationSet } from "../types.ts";
import { judge, type Judgement } from "./judge.ts";

export interface ChangedLabels {
  /** Indices of the images whose labels changed, ascending. */
  readonly images: readonly number[];
  /** The rows of their predictions, ascending. */
  readonly predictionRows: Int32Array;
  /** [N before] the row that each ground truth has now; GONE for those that are no more. Never changes their order. */
  readonly movedTo: Int32Array;
}

export const GONE = -1;

/**
 * What `judge` would say of `set`, where `before` is its judgement of the same predictions and, but for some images,
 * the same labels. Only these images are judged. The columns of predictions are taken over from `before` and written
 * to, so that it must not be used again.
 */
export function judgeAgain(
  before: Judgement,
  set: EvaluationSet,
  params: EvaluationParams,
  { images, predictionRows, movedTo }: ChangedLabels,
): Judgement {
  const N = set.truth.image.length;
  const moveInts = (of: Int32Array) => moved(of, movedTo, new Int32Array(N));
  const truthColumns = {
    truthMatch: moveInts(before.truthMatch),
    truthIgnored: moved(before.truthIgnored, movedTo, new Uint8Array(N)),
    nearestIou: moved(before.nearestIou, movedTo, new Float64Array(N)),
    nearestPrediction: moveInts(before.nearestPrediction),
    causes: {
      beyondMaxDets: moveInts(before.causes.beyondMaxDets),
      wrongClass: moveInts(before.causes.wrongClass),
      poorBox: moveInts(before.causes.poorBox),
    },
  };
  const after: Judgement = { ...before, ...truthColumns };
  if (movedTo.some((to, t) => to !== t))
    for (const column of [after.predictionMatch, after.bestTruth, after.bestTruthAnyClass])
      renumber(column, movedTo);
  const picked = pickImages(set, images, predictionRows);
  write(judge(picked.set, params, before.iou), after, picked.truthRows, predictionRows);
  return after;
}

function moved<Column extends Int32Array | Uint8Array | Float64Array>(
  from: Column,
  movedTo: Int32Array,
  to: Column,
): Column {
  for (let t = 0; t < movedTo.length; t++) if (movedTo[t] !== GONE) to[movedTo[t]!] = from[t]!;
  return to;
}

/** A column of ground-truth rows; those that are gone belong to images that are judged again. */
function renumber(column: Int32Array, movedTo: Int32Array): void {
  for (let p = 0; p < column.length; p++) if (column[p]! >= 0) column[p] = movedTo[column[p]!]!;
}

/** Writes the judgement of some images into that of all. */
function write(
  part: Judgement,
  whole: Judgement,
  truthRows: Int32Array,
  predictionRows: Int32Array,
): void {
  const toTruth = (t: number) => (t < 0 ? t : truthRows[t]!);
  const toPrediction = (p: number) => (p < 0 ? p : predictionRows[p]!);
  truthRows.forEach((row, t) => {
    whole.truthMatch[row] = toPrediction(part.truthMatch[t]!);
    whole.truthIgnored[row] = part.truthIgnored[t]!;
    whole.nearestIou[row] = part.nearestIou[t]!;
    whole.nearestPrediction[row] = toPrediction(part.nearestPrediction[t]!);
    for (const cause of ["beyondMaxDets", "wrongClass", "poorBox"] as const)
      whole.causes[cause][row] = toPrediction(part.causes[cause][t]!);
  });
  predictionRows.forEach((row, p) => {
    whole.predictionMatch[row] = toTruth(part.predictionMatch[p]!);
    whole.predictionIgnored[row] = part.predictionIgnored[p]!;
    whole.beyondMaxDets[row] = part.beyondMaxDets[p]!;
    whole.bestIou[row] = part.bestIou[p]!;
    whole.bestTruth[row] = toTruth(part.bestTruth[p]!);
    whole.bestIouAnyClass[row] = part.bestIouAnyClass[p]!;
    whole.bestTruthAnyClass[row] = toTruth(part.bestTruthAnyClass[p]!);
  });
}
