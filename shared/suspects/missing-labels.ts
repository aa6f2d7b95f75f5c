import { clipToImage } from "./clip.ts";
import type { FoundSuspect, ImageEvidence } from "./evidence.ts";
import { evidenceOf, MATCH_IOU, type PlacedOpinion } from "./place-opinions.ts";
import { suspectKey } from "./suspect-key.ts";

/** Objects that models see where no label of any class is. The proposal is the box of the highest score. */
export function missingLabels(
  evidence: ImageEvidence,
  placed: readonly PlacedOpinion[],
): FoundSuspect[] {
  return placed.flatMap(({ opinion, iou }) => {
    const box = clipToImage(opinion.best, evidence);
    if (iou >= MATCH_IOU || box === null) return [];
    const { voices, score } = opinion;
    const categoryId = evidence.categories.ids[opinion.category]!;
    return {
      key: suspectKey("missing-label", [categoryId, ...opinion.best]),
      kind: "missing-label",
      label: null,
      other: null,
      proposal: { categoryId, box },
      score,
      votes: voices.length,
      iou: iou > 0 ? iou : null,
      weight: evidenceOf(voices, evidence.models.length) * (1 - iou / 2),
    };
  });
}
