import type { RecordPlace } from "../../formats/label-records.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";

export function reportUnknownImage(
  image: number | string,
  place: RecordPlace,
  problems: ProblemLog,
): void {
  problems.add({
    code: "prediction/unknown-image",
    severity: "warning",
    ...place,
    message: `The dataset has no image ${image}.`,
    action: "skipped",
  });
}

export function reportUnknownCategory(
  category: number | string,
  place: RecordPlace,
  problems: ProblemLog,
): void {
  problems.add({
    code: "prediction/unknown-category",
    severity: "warning",
    ...place,
    message: `The dataset has no class ${category}.`,
    action: "skipped",
  });
}
