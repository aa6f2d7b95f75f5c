import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { GONE, judgeAgain } from "../../shared/evaluation/failures/judge-again.ts";
import { judge, type Judgement } from "../../shared/evaluation/failures/judge.ts";
import type { ColumnQueries } from "../db/queries/columns.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import { judgingRows, judgingRowsAgain, type EvaluationRows } from "./evaluation-set.ts";
import { changedImages } from "./follow-edits.ts";
import type { JudgedRun } from "./judged.ts";
import type { PredictionSetColumns } from "./prediction-columns.ts";

/** The parts of a judged run that its labels decide. */
export interface JudgedRows {
  readonly rows: EvaluationRows;
  /** [N annotations] judged truth row, or -1 for ignored regions; null where the two are the same. */
  readonly truthOf: Int32Array | null;
  readonly judgement: Judgement;
}

export function judgeAll(
  dataset: DatasetColumns,
  predictions: PredictionSetColumns,
  params: EvaluationParams,
  iou: number,
): JudgedRows {
  const rows = judgingRows(dataset, predictions);
  const truthOf = inverse(rows.annotationOf, dataset.area.length);
  return { rows, truthOf, judgement: judge(rows.set, params, iou) };
}

/**
 * The same for later labels: only images that changed are judged. null where it is not known which. Uses `before` up;
 * its dataset and `dataset` have the same images and categories.
 */
export function followJudgement(
  queries: ColumnQueries,
  before: JudgedRun,
  dataset: DatasetColumns,
): JudgedRows | null {
  const images = changedImages(queries, dataset, before.dataset.revision);
  if (images === null) return null;
  const rows = judgingRowsAgain(before.rows, dataset);
  const movedTo = movedRows(idsOf(before.dataset, before.rows), idsOf(dataset, rows));
  return {
    rows,
    truthOf: inverse(rows.annotationOf, dataset.area.length),
    judgement: judgeAgain(before.judgement, rows.set, before.params, {
      images,
      predictionRows: rowsOf(before.predictions, images),
      movedTo,
    }),
  };
}

/** Predictions stand image by image. */
function rowsOf({ offsets }: PredictionSetColumns, images: readonly number[]): Int32Array {
  const rows = images.flatMap((i) =>
    Array.from({ length: offsets[i + 1]! - offsets[i]! }, (_, n) => offsets[i]! + n),
  );
  return Int32Array.from(rows);
}

/** For each judged truth row the id of its annotation; ascending. */
function idsOf({ annotationId }: DatasetColumns, { annotationOf }: EvaluationRows): Float64Array {
  return annotationOf ? Float64Array.from(annotationOf, (n) => annotationId[n]!) : annotationId;
}

/** Both ascending. For each place of `before` the place of the same id in `after`, or GONE. */
function movedRows(before: Float64Array, after: Float64Array): Int32Array {
  const movedTo = new Int32Array(before.length).fill(GONE);
  let at = 0;
  for (let row = 0; row < before.length; row += 1) {
    while (at < after.length && after[at]! < before[row]!) at += 1;
    if (at < after.length && after[at] === before[row]) movedTo[row] = at;
  }
  return movedTo;
}

/** rows: for each judged row its annotation. Returns for each annotation its judged row, or -1. */
function inverse(rows: Int32Array | null, count: number): Int32Array | null {
  if (rows === null) return null;
  const of = new Int32Array(count).fill(-1);
  rows.forEach((annotation, row) => {
    of[annotation] = row;
  });
  return of;
}
