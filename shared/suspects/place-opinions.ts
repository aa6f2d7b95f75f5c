import { visitOverlaps, type Column } from "../evaluation/failures/pairs.ts";
import { isExempt, type ImageEvidence } from "./evidence.ts";
import type { Opinion, Voice } from "./opinions.ts";

/** From this overlap on, a prediction is about a label. */
export const MATCH_IOU = 0.5;
/** The share of its own area from which a prediction lies inside a crowd, an ignored label or a region. */
const INSIDE_SHARE = 0.5;

/** An opinion and the label that it is about. */
export interface PlacedOpinion {
  readonly opinion: Opinion;
  /** Row of the label that it overlaps most; null where it overlaps none. */
  readonly label: number | null;
  readonly iou: number;
  /** It names the class that this label has. */
  readonly agrees: boolean;
}

/**
 * Finds for each opinion the one label that it overlaps most; of equals one of its own class, then the first. What lies
 * inside crowds, ignored labels or regions, or matches one, is left out: nothing is expected there.
 */
export function placeOpinions(
  evidence: ImageEvidence,
  column: Column,
  opinions: readonly Opinion[],
): PlacedOpinion[] {
  const placed = opinions.map((opinion) => place(evidence, column, opinion));
  return placed.filter((one) => one !== null);
}

function place(evidence: ImageEvidence, column: Column, opinion: Opinion): PlacedOpinion | null {
  const { category } = evidence.labels;
  let best: Omit<PlacedOpinion, "opinion"> = { label: null, iou: 0, agrees: false };
  let isInside = false;
  visitOverlaps(Float64Array.from(opinion.box), 0, column, (_, row, shared, area, labelArea) => {
    const iou = shared / (area + labelArea - shared);
    if (isExempt(evidence, row)) {
      if (iou >= MATCH_IOU || shared / area >= INSIDE_SHARE) isInside = true;
      return;
    }
    const agrees = category[row] === opinion.category;
    const isBetter =
      iou > best.iou || (iou === best.iou && (agrees === best.agrees ? row < best.label! : agrees));
    if (isBetter) best = { label: row, iou, agrees };
  });
  return isInside ? null : { opinion, ...best };
}

/** 0..1: the sum of the scores over the number of models asked. */
export function evidenceOf(voices: readonly Voice[], models: number): number {
  return voices.reduce((sum, { score }) => sum + score, 0) / models;
}
