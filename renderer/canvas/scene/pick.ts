import { imageRect, type ImagePoint } from "../../../shared/geometry/spaces.ts";
import type { Scene } from "./scene.ts";
import { HIDDEN } from "./visibility.ts";

/**
 * The object under a point, or null: of the boxes that hold the point the smallest, so that a small object on a large
 * one can be reached. reach: image pixels a tiny box is widened by on each side, as its marker is.
 */
export function pickObject(
  scene: Scene,
  shown: Uint8Array,
  point: ImagePoint,
  reach: number,
): number | null {
  let best: number | null = null;
  let bestArea = Infinity;
  let bestDistance = Infinity;
  const around = imageRect(point.x - reach, point.y - reach, 2 * reach, 2 * reach);
  scene.index.query(around, (object) => {
    if (shown[object] === HIDDEN) return;
    const at = object * 4;
    const w = Math.max(scene.boxes[at + 2]!, 2 * reach);
    const h = Math.max(scene.boxes[at + 3]!, 2 * reach);
    const dx = Math.abs(scene.boxes[at]! + scene.boxes[at + 2]! / 2 - point.x);
    const dy = Math.abs(scene.boxes[at + 1]! + scene.boxes[at + 3]! / 2 - point.y);
    if (dx > w / 2 || dy > h / 2) return;
    const area = w * h;
    const distance = dx * dx + dy * dy;
    if (area < bestArea || (area === bestArea && distance < bestDistance)) {
      best = object;
      bestArea = area;
      bestDistance = distance;
    }
  });
  return best;
}
