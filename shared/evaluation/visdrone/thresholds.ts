/**
 * [T] MATLAB's 0.5:0.05:0.95, which counts up from one end and down from the other; so 0.8 is 0.7999999999999999
 * here and 0.8 for COCO. Overlaps are compared with these numbers as they are, without an epsilon.
 */
export const visDroneThresholds: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i < 5 ? 0.5 + i * 0.05 : 0.95 - (9 - i) * 0.05,
);
