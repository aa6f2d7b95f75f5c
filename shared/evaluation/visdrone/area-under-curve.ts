/**
 * Area under the monotone envelope of precision over recall, all points (VOCap.m of the VisDrone toolkit), at each of
 * `thresholds` IoU thresholds. rows: predictions of one class by descending score; masks: [P] bits as in MatchMasks;
 * divisor: ground truths of the class. precision = TP / max(1, TP + FP), recall = TP / max(1, divisor). Returns 0..1, 0
 * without a hit.
 */
export function areasUnderCurve(
  rows: ArrayLike<number>,
  masks: { readonly hit: Uint16Array; readonly ignored: Uint16Array },
  thresholds: number,
  divisor: number,
): number[] {
  const { hit, ignored } = masks;
  // Precision only peaks where a hit is added, so the other points never shape the envelope.
  const peaks = Array.from({ length: thresholds }, (): number[] => []);
  const passed = new Int32Array(thresholds);
  for (let at = 0; at < rows.length; at++) {
    const p = rows[at]!;
    if ((hit[p]! | ignored[p]!) === 0) continue; // most: a false positive at every threshold
    for (let t = 0; t < thresholds; t++) {
      const bit = 1 << t;
      if (ignored[p]! & bit) passed[t]!++;
      else if (hit[p]! & bit) peaks[t]!.push((peaks[t]!.length + 1) / (at + 1 - passed[t]!));
    }
  }
  return peaks.map((of) => areaUnder(of, Math.max(1, divisor)));
}

/** peaks: precision at each hit; written to. */
function areaUnder(peaks: number[], total: number): number {
  for (let i = peaks.length - 2; i >= 0; i--) peaks[i] = Math.max(peaks[i]!, peaks[i + 1]!);
  let area = 0;
  peaks.forEach((peak, i) => {
    area += ((i + 1) / total - i / total) * peak;
  });
  return area;
}
