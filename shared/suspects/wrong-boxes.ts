import { clipToImage } from "./clip.ts";
import { boxOf, type FoundSuspect, type ImageEvidence } from "./evidence.ts";
import type { Opinion } from "./opinions.ts";
import { evidenceOf, type PlacedOpinion } from "./place-opinions.ts";
import { suspectKey } from "./suspect-key.ts";

/** Below the lower bound the prediction may be about another object; from the upper one on the label is good enough. */
const LOOSE_FROM_IOU = 0.3;
const LOOSE_UP_TO_IOU = 0.7;

export interface LooseBox {
  readonly suspect: FoundSuspect;
  /** What it rests on. */
  readonly opinion: Opinion;
}

/**
 * Labels that models find under their class, but by no box that fits well. The proposal is the box for which most is
 * said: the mean of the models that agree, weighted by score.
 */
export function wrongBoxes(evidence: ImageEvidence, placed: readonly PlacedOpinion[]): LooseBox[] {
  const models = evidence.models.length;
  const best = new Map<number, PlacedOpinion>();
  const fits = new Set<number>();
  for (const one of placed) {
    if (one.label === null || !one.agrees || one.iou < LOOSE_FROM_IOU) continue;
    if (one.iou >= LOOSE_UP_TO_IOU) fits.add(one.label);
    const before = best.get(one.label);
    const isMore =
      !before || evidenceOf(one.opinion.voices, models) > evidenceOf(before.opinion.voices, models);
    if (isMore) best.set(one.label, one);
  }
  return [...best].flatMap(([label, one]) =>
    fits.has(label) ? [] : (looseBox(evidence, label, one) ?? []),
  );
}

function looseBox(
  evidence: ImageEvidence,
  label: number,
  { opinion, iou }: PlacedOpinion,
): LooseBox | null {
  const box = clipToImage(opinion.box, evidence);
  if (box === null) return null;
  const { annotationId, category, boxes } = evidence.labels;
  const categoryId = evidence.categories.ids[category[label]!]!;
  const rests = [annotationId[label]!, categoryId, ...boxOf(boxes, label), ...opinion.box];
  const suspect: FoundSuspect = {
    key: suspectKey("loose-box", rests),
    kind: "loose-box",
    label,
    other: null,
    proposal: { categoryId, box },
    score: opinion.score,
    votes: opinion.voices.length,
    iou,
    weight: evidenceOf(opinion.voices, evidence.models.length) * (1 - iou),
  };
  return { suspect, opinion };
}
