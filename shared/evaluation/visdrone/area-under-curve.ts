/**
 * Area under the monotone envelope of precision over recall, all points (VOCap.m of the VisDrone toolkit).
 * rows: predictions of one class by descending score; masks: [P] bits as in MatchMasks; divisor: ground truths of the
 * class. precision = TP / max(1, TP + FP), recall = TP / max(1, divisor). Returns 0..1, 0 without a hit.
 */
export function areaUnderCurve(
  rows: Iterable<number>,
  masks: { readonly hit: Uint16Array; readonly ignored: Uint16Array },
  threshold: number,
  divisor: number,
): number {
  const bit = 1 << threshold;
  // Precision only peaks where a hit is added, so the other points never shape the envelope.
  const peaks: number[] = [];
  let counted = 0;
  for (const p of rows) {
    if (masks.ignored[p]! & bit) continue;
    counted++;
    if (masks.hit[p]! & bit) peaks.push((peaks.length + 1) / counted);
  }
  for (let i = peaks.length - 2; i >= 0; i--) peaks[i] = Math.max(peaks[i]!, peaks[i + 1]!);
  const total = Math.max(1, divisor);
  let area = 0;
  peaks.forEach((peak, i) => {
    area += ((i + 1) / total - i / total) * peak;
  });
  return area;
}
