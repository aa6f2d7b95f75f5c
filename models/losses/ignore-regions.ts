/** Ignore regions and crowd boxes: what lies in them counts neither way. */
import type { HeadOutputs } from "./heads.ts";
import type { Matches } from "./matching.ts";

const COVERED = 0.5;

/** Marks all classes of unmatched queries that lie at least half in an ignore region; null where there is no region. */
export function regionMask(
  head: HeadOutputs,
  matches: Matches,
  regionsOf: readonly Float64Array[],
  classes: number,
): Uint8Array | null {
  if (regionsOf.every((regions) => regions.length === 0)) return null;
  const matched = new Uint8Array(regionsOf.length * head.queries);
  matches.query.forEach((query, k) => (matched[matches.image[k]! * head.queries + query] = 1));
  const mask = new Uint8Array(head.logits.length);
  regionsOf.forEach((regions, image) => {
    for (let query = 0; query < head.queries; query++) {
      const row = image * head.queries + query;
      if (matched[row] || !insideRegion(head.boxes, row, regions)) continue;
      mask.fill(1, row * classes, (row + 1) * classes);
    }
  });
  return mask;
}

function insideRegion(boxes: Float64Array, row: number, regions: Float64Array): boolean {
  const [cx, cy, w, h] = boxes.subarray(row * 4, row * 4 + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  for (let r = 0; r < regions.length; r += 4) {
    const halfW = regions[r + 2]! / 2;
    const halfH = regions[r + 3]! / 2;
    const overlapW =
      Math.min(cx + w / 2, regions[r]! + halfW) - Math.max(cx - w / 2, regions[r]! - halfW);
    const overlapH =
      Math.min(cy + h / 2, regions[r + 1]! + halfH) - Math.max(cy - h / 2, regions[r + 1]! - halfH);
    if (overlapW > 0 && overlapH > 0 && overlapW * overlapH >= COVERED * w * h) return true;
  }
  return false;
}
