import { boxOf, type FoundSuspect, type ImageEvidence } from "./evidence.ts";
import type { Voice } from "./opinions.ts";
import { evidenceOf, MATCH_IOU, type PlacedOpinion } from "./place-opinions.ts";
import { suspectKey } from "./suspect-key.ts";

/**
 * Labels on which more is said for another class than for their own. A model that finds the label's own class there has
 * spoken for it, whatever else it finds. The proposal is the label's box under the other class.
 */
export function wrongClasses(
  evidence: ImageEvidence,
  placed: readonly PlacedOpinion[],
): FoundSuspect[] {
  const about = new Map<number, PlacedOpinion[]>();
  for (const one of placed) {
    if (one.label === null || one.iou < MATCH_IOU) continue;
    about.set(one.label, [...(about.get(one.label) ?? []), one]);
  }
  return [...about].flatMap(([label, opinions]) => wrongClass(evidence, label, opinions) ?? []);
}

function wrongClass(
  evidence: ImageEvidence,
  label: number,
  opinions: readonly PlacedOpinion[],
): FoundSuspect | null {
  const models = evidence.models.length;
  const own = bestVoices(opinions.filter(({ agrees }) => agrees));
  const speaksForIt = new Set(own.map(({ model }) => model));
  let best: { readonly by: PlacedOpinion; readonly voices: readonly Voice[] } | null = null;
  for (const by of opinions) {
    if (by.agrees) continue;
    const voices = by.opinion.voices.filter(({ model }) => !speaksForIt.has(model));
    // Opinions come by falling score: of equals the first stands.
    if (!best || evidenceOf(voices, models) > evidenceOf(best.voices, models))
      best = { by, voices };
  }
  if (best === null || best.voices.length === 0) return null;
  const excess = evidenceOf(best.voices, models) - evidenceOf(own, models);
  if (excess <= 0) return null;
  const { annotationId, category, boxes } = evidence.labels;
  const box = boxOf(boxes, label);
  const categoryId = evidence.categories.ids[best.by.opinion.category]!;
  const present = evidence.categories.ids[category[label]!]!;
  return {
    key: suspectKey("wrong-class", [annotationId[label]!, present, ...box, categoryId]),
    kind: "wrong-class",
    label,
    other: null,
    proposal: { categoryId, box },
    score: Math.max(...best.voices.map(({ score }) => score)),
    votes: best.voices.length,
    iou: best.by.iou,
    weight: excess * best.by.iou,
  };
}

/** The best score of each model, in falling order, so that their sum has the same bits in any order of the models. */
function bestVoices(opinions: readonly PlacedOpinion[]): Voice[] {
  const best = new Map<number, Voice>();
  for (const { opinion } of opinions)
    for (const voice of opinion.voices)
      if (voice.score > (best.get(voice.model)?.score ?? -Infinity)) best.set(voice.model, voice);
  return [...best.values()].sort((a, b) => b.score - a.score);
}
