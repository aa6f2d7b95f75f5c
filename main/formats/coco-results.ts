import { isObject, readBox, readId, reportWrongType, shown } from "./json-fields.ts";
import type { RecordPlace } from "./label-records.ts";
import type { ProblemLog } from "./problem-log.ts";

/** One prediction of a COCO results file. */
export interface CocoResult {
  /** Some writers give the picture's name where its id is no number. */
  readonly image: number | string;
  readonly categoryId: number;
  /** xywh pixels, as in the file. */
  readonly box: readonly [number, number, number, number];
  readonly score: number;
}

/** Null where the record cannot be used. Empty and negative boxes are kept, as evaluators count them. */
export function parseCocoResult(
  value: unknown,
  place: RecordPlace,
  problems: ProblemLog,
): CocoResult | null {
  if (!isObject(value)) {
    reportWrongType(value, "prediction", "an object", place, problems);
    return null;
  }
  const imageId = value["image_id"];
  const image =
    typeof imageId === "string" && !/^-?\d{1,15}$/.test(imageId.trim())
      ? imageId
      : readId(imageId, "image_id", place, problems);
  if (image === null) return null;
  const categoryId = readId(value["category_id"], "category_id", place, problems);
  if (categoryId === null) return null;
  const box = readBox(value["bbox"], place, problems);
  if (box === null) return null;
  const score = value["score"];
  if (typeof score !== "number" || !Number.isFinite(score)) {
    reportWrongType(score, "score", "a finite number", place, problems);
    return null;
  }
  reportOddPrediction(box, score, place, problems);
  return { image, categoryId, box, score };
}

/** Reports what is allowed but seldom meant: empty boxes, scores outside 0..1. */
export function reportOddPrediction(
  [, , w, h]: readonly [number, number, number, number],
  score: number,
  place: RecordPlace,
  problems: ProblemLog,
): void {
  if (w <= 0 || h <= 0) {
    problems.add({
      code: w < 0 || h < 0 ? "prediction/negative-size" : "prediction/empty",
      severity: "warning",
      ...place,
      message: `The box is ${w} wide and ${h} high; expected positive sizes. It counts as a false alarm.`,
      action: "kept",
    });
  }
  if (score < 0 || score > 1) {
    problems.add({
      code: "prediction/score-range",
      severity: "warning",
      ...place,
      message: `The score is ${shown(score)}; expected 0 to 1. Order counts for AP, so it is kept.`,
      action: "kept",
    });
  }
}
