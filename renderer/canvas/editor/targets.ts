import { imageRect, type ImagePoint } from "../../../shared/geometry/spaces.ts";
import type { Hit } from "./gesture-states.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Labels } from "./labels.ts";

/** A ghost goes before a label only where it is so much smaller: mostly a prediction lies on its label. */
const GHOST_HANDICAP = 2;

export interface Targets {
  /** Null for what is not shown. */
  readonly labels: Labels | null;
  readonly ghosts: Ghosts | null;
  /** Whether it cannot be clicked: a count stands for it. */
  readonly hidesLabel: (place: number) => boolean;
  readonly hidesGhost: (place: number) => boolean;
}

/**
 * What lies under a point, the smallest first, so that a small object on a large one can be reached; of equally large
 * ones the nearest. reach: image pixels to which half the side of a tiny box is widened, as its marker is.
 */
export function stackAt(targets: Targets, point: ImagePoint, reach: number): Hit[] {
  const found: { hit: Hit; area: number; distance: number }[] = [];
  const around = imageRect(point.x - reach, point.y - reach, 2 * reach, 2 * reach);
  const test = (boxes: Float64Array, place: number, handicap: number, hit: () => Hit) => {
    const at = place * 4;
    const w = Math.max(boxes[at + 2]!, 2 * reach);
    const h = Math.max(boxes[at + 3]!, 2 * reach);
    const dx = Math.abs(boxes[at]! + boxes[at + 2]! / 2 - point.x);
    const dy = Math.abs(boxes[at + 1]! + boxes[at + 3]! / 2 - point.y);
    if (dx > w / 2 || dy > h / 2) return;
    found.push({ hit: hit(), area: w * h * handicap, distance: Math.hypot(dx, dy) });
  };
  const { labels, ghosts } = targets;
  labels?.query(around, (place) => {
    if (targets.hidesLabel(place)) return;
    const { boxes, ids } = labels.columns;
    test(boxes, place, 1, () => ({ kind: "label", id: ids[place]! }));
  });
  ghosts?.index.query(around, (place) => {
    if (targets.hidesGhost(place)) return;
    test(ghosts.boxes, place, GHOST_HANDICAP, () => ({ kind: "ghost", place }));
  });
  found.sort((a, b) => a.area - b.area || a.distance - b.distance);
  return found.map(({ hit }) => hit);
}

/**
 * Labels whose middle lies in the rectangle and that are not larger than it: a band drawn over small objects does not
 * take along the large region they lie in.
 */
export function labelsIn(
  labels: Labels,
  rect: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  visit: (place: number) => void,
): void {
  labels.query(rect, (place) => {
    const { boxes } = labels.columns;
    const at = place * 4;
    const w = boxes[at + 2]!;
    const h = boxes[at + 3]!;
    const x = boxes[at]! + w / 2;
    const y = boxes[at + 1]! + h / 2;
    if (x < rect.x || y < rect.y || x > rect.x + rect.w || y > rect.y + rect.h) return;
    if (w > rect.w && h > rect.h) return;
    visit(place);
  });
}
