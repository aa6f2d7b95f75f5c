import { clipToImage, LEAST_SIDE_PIXELS } from "./clip.ts";
import { boxOf, type FoundSuspect, type ImageEvidence } from "./evidence.ts";
import { suspectKey } from "./suspect-key.ts";

/** What relative coordinates of six digits lose on a picture of 20,000 pixels. */
const TOLERANCE_PIXELS = 0.01;

/** Labels of any kind without a side of a pixel, or that reach out of the image. The proposal is what is inside. */
export function degenerateBoxes(evidence: ImageEvidence): FoundSuspect[] {
  const { width, height, labels, categories } = evidence;
  const suspects: FoundSuspect[] = [];
  for (let label = 0; label < labels.category.length; label++) {
    const box = boxOf(labels.boxes, label);
    const [x, y, w, h] = box;
    const isThin = w < LEAST_SIDE_PIXELS || h < LEAST_SIDE_PIXELS;
    if (!isThin && !reachesOut(x, w, width) && !reachesOut(y, h, height)) continue;
    const inside = clipToImage(box, evidence);
    const categoryId = categories.ids[labels.category[label]!]!;
    suspects.push({
      key: suspectKey("degenerate-box", [labels.annotationId[label]!, categoryId, ...box]),
      kind: "degenerate-box",
      label,
      other: null,
      proposal: inside && { categoryId, box: inside },
      score: null,
      votes: 0,
      iou: null,
      weight: inside === null ? 1 : 1 - (inside[2] * inside[3]) / (w * h),
    });
  }
  return suspects;
}

/** limit: 0 where unknown. */
function reachesOut(from: number, side: number, limit: number): boolean {
  return limit > 0 && (from < -TOLERANCE_PIXELS || from + side > limit + TOLERANCE_PIXELS);
}
