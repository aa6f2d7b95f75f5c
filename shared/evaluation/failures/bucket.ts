import type { AreaRange } from "../../domain/protocols.ts";

/**
 * Index of the narrowest area range that holds `area` (both ends closed), the first of equally narrow ones; null
 * where none does. So COCO's border of 1024 goes to `small`, and `all` is left for what nothing else holds.
 */
export function bucketOf(area: number, ranges: readonly AreaRange[]): number | null {
  let best: number | null = null;
  ranges.forEach(({ low, high }, i) => {
    if (area < low || area > high) return;
    if (best === null || high - low < ranges[best]!.high - ranges[best]!.low) best = i;
  });
  return best;
}
