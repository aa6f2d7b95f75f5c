/**
 * The two grids of COCO-style scoring, to the last bit what numpy's `linspace` gives pycocotools. An entry computed
 * in another way (`0.5 + 0.05 * i`, `i / 100`) differs in the last place, and a box exactly on a threshold moves.
 */

const LOWEST_IOU = 0.5;
const HIGHEST_IOU = 0.95;

/** [T] 0.5, 0.55 .. 0.95; the one before last is 0.8999999999999999. */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  i === 9 ? HIGHEST_IOU : i * ((HIGHEST_IOU - LOWEST_IOU) / 9) + LOWEST_IOU,
);

/** [R] 0, 0.01 .. 1, each a multiple of the double 0.01. */
export const recallThresholds: readonly number[] = Array.from({ length: 101 }, (_, i) =>
  i === 100 ? 1 : i * 0.01,
);

/** A bit for each IoU threshold, the lowest threshold in bit 0. */
export const ALL_THRESHOLDS = (1 << iouThresholds.length) - 1;

/** The thresholds that an IoU reaches, as bits; 0 below the lowest. */
export function thresholdsReached(iou: number): number {
  let count = 0;
  while (count < iouThresholds.length && iou >= iouThresholds[count]!) count++;
  return (1 << count) - 1;
}
