/** Labels of one image that are probably wrong, and objects that probably lack one. */
import { columnOf, type Column } from "../evaluation/failures/pairs.ts";
import { degenerateBoxes } from "./degenerate-boxes.ts";
import { duplicateLabels } from "./duplicate-labels.ts";
import type { FoundSuspect, ImageEvidence } from "./evidence.ts";
import { missingLabels } from "./missing-labels.ts";
import { gatherOpinions } from "./opinions.ts";
import { placeOpinions } from "./place-opinions.ts";
import { wrongBoxes } from "./wrong-boxes.ts";
import { wrongClasses } from "./wrong-classes.ts";

/**
 * Every weight is 0..1. Where models speak it begins with their evidence: the sum of the scores that agree, divided by
 * the number of models asked, so that it grows with score and votes.
 * - missing-label: evidence, less up to a quarter where some label overlaps;
 * - wrong-class: evidence that exceeds that for the label's own class, times IoU;
 * - loose-box: evidence times 1 - IoU;
 * - duplicate-label: IoU;
 * - degenerate-box: 1 where less than a pixel of a side is inside the image, else the share outside of it.
 *
 * The order of the models changes nothing. Without models there are duplicates and degenerate boxes alone.
 */
export function findSuspects(evidence: ImageEvidence): FoundSuspect[] {
  const { labels } = evidence;
  const column: Column = columnOf(
    labels.boxes,
    Int32Array.from(labels.category, (_, row) => row),
  );
  const placed = placeOpinions(evidence, column, gatherOpinions(evidence));
  const loose = wrongBoxes(evidence, placed);
  const used = new Set(loose.map(({ opinion }) => opinion));
  return [
    ...missingLabels(
      evidence,
      placed.filter(({ opinion }) => !used.has(opinion)),
    ),
    ...wrongClasses(evidence, placed),
    ...loose.map(({ suspect }) => suspect),
    ...duplicateLabels(evidence, column),
    ...degenerateBoxes(evidence),
  ];
}
