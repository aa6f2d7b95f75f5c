import type { RecordPlace, Size } from "./label-records.ts";
import type { ProblemLog } from "./problem-log.ts";

export interface BoxNumbers {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Boxes may overhang by this much, which is how rounding shows. Pixels. */
const OVERHANG = 1;

/**
 * Reports a label's box that no picture can hold. Returns false where it cannot be kept at all: a negative size.
 * An empty box is kept where the official evaluators count it (as an object nobody can find); `keepEmpty` says so.
 * `size` is null where the picture's size is unknown.
 */
export function checkLabelBox(
  box: BoxNumbers,
  size: Size | null,
  place: RecordPlace,
  problems: ProblemLog,
  keepEmpty: boolean,
): boolean {
  const { w, h } = box;
  if (w < 0 || h < 0) {
    problems.add({
      code: "box/negative-size",
      severity: "error",
      ...place,
      message: `The box is ${w} wide and ${h} high; expected positive sizes.`,
      action: "skipped",
    });
    return false;
  }
  if (w === 0 || h === 0) {
    problems.add({
      code: "box/empty",
      severity: "warning",
      ...place,
      message: keepEmpty
        ? `The box is ${w} wide and ${h} high; expected positive sizes. Evaluators count it as an object that is always missed.`
        : `The box is ${w} wide and ${h} high; expected positive sizes.`,
      action: keepEmpty ? "kept" : "skipped",
    });
    return keepEmpty;
  }
  if (size !== null) reportOverhang(box, size, place, problems);
  return true;
}

function reportOverhang(
  { x, y, w, h }: BoxNumbers,
  { width, height }: Size,
  place: RecordPlace,
  problems: ProblemLog,
): void {
  if (x >= -OVERHANG && y >= -OVERHANG && x + w <= width + OVERHANG && y + h <= height + OVERHANG) {
    return;
  }
  const outside = x >= width || y >= height || x + w <= 0 || y + h <= 0;
  problems.add({
    code: outside ? "box/outside-image" : "box/overhangs-image",
    severity: "warning",
    ...place,
    message: `The box ${x}, ${y}, ${w} x ${h} ${outside ? "lies outside" : "reaches over the border of"} its ${width} x ${height} picture.`,
    action: "kept",
  });
}
