import { visitOverlaps, type Column } from "../evaluation/failures/pairs.ts";
import { boxOf, isExempt, type FoundSuspect, type ImageEvidence } from "./evidence.ts";
import { suspectKey } from "./suspect-key.ts";

/** Two objects of one class hardly ever overlap that much; of two classes (a rider on a motorbike) they may more. */
const SAME_CLASS_IOU = 0.8;
const OTHER_CLASS_IOU = 0.9;

/** Labels on top of an earlier one: the later of the two is the suspect. */
export function duplicateLabels(evidence: ImageEvidence, column: Column): FoundSuspect[] {
  const { boxes, category } = evidence.labels;
  const suspects: FoundSuspect[] = [];
  for (let label = 0; label < category.length; label++) {
    if (isExempt(evidence, label)) continue;
    let other = -1;
    let best = 0;
    visitOverlaps(boxes, label, column, (_, row, shared, area, otherArea) => {
      if (row >= label || isExempt(evidence, row)) return;
      const iou = shared / (area + otherArea - shared);
      if (iou < (category[row] === category[label] ? SAME_CLASS_IOU : OTHER_CLASS_IOU)) return;
      if (iou < best || (iou === best && row > other)) return;
      best = iou;
      other = row;
    });
    if (other >= 0) suspects.push(duplicate(evidence, label, other, best));
  }
  return suspects;
}

function duplicate(
  { labels, categories }: ImageEvidence,
  label: number,
  other: number,
  iou: number,
): FoundSuspect {
  const rests = [label, other].flatMap((row) => [
    labels.annotationId[row]!,
    categories.ids[labels.category[row]!]!,
    ...boxOf(labels.boxes, row),
  ]);
  return {
    key: suspectKey("duplicate-label", rests),
    kind: "duplicate-label",
    label,
    other,
    proposal: null,
    score: null,
    votes: 0,
    iou,
    weight: iou,
  };
}
