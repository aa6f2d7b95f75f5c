import { expect, test } from "vitest";
import { pairLoss, pairOverlap } from "../../../../models/losses/boxes.ts";

const box = (...values: number[]) => Float64Array.from(values);

test("two boxes that share a quarter have the IoU and GIoU worked out by hand", () => {
  // 0.4 x 0.2 and 0.4 x 0.2, shifted by 0.2 and 0.1: inter 0.02, union 0.14, hull 0.6 * 0.3 = 0.18
  const { iou, giou } = pairOverlap(box(0.3, 0.3, 0.4, 0.2), 0, box(0.5, 0.4, 0.4, 0.2), 0);
  expect(iou).toBeCloseTo(0.02 / 0.14, 12);
  expect(giou).toBeCloseTo(0.02 / 0.14 - 0.04 / 0.18, 12);
});

test("disjoint boxes have IoU 0 and a negative GIoU", () => {
  const { iou, giou } = pairOverlap(box(0.1, 0.1, 0.1, 0.1), 0, box(0.9, 0.7, 0.1, 0.2), 0);
  expect(iou).toBe(0);
  expect(giou).toBeLessThan(0);
});

test("an exact hit costs nothing and pulls nowhere", () => {
  const loss = pairLoss(box(0.31, 0.42, 0.13, 0.07), 0, box(0.31, 0.42, 0.13, 0.07), 0);
  expect(loss.value).toBeCloseTo(0, 12);
  for (const slope of loss.gradient) expect(slope).toBeCloseTo(0, 9);
});

test("the box loss' gradient equals central differences, overlapping or not", () => {
  const pairs: [Float64Array, Float64Array][] = [
    [box(0.3, 0.35, 0.4, 0.2), box(0.5, 0.4, 0.37, 0.23)],
    [box(0.2, 0.2, 0.1, 0.05), box(0.7, 0.6, 0.21, 0.3)],
    [box(0.5, 0.5, 0.6, 0.7), box(0.52, 0.47, 0.1, 0.2)],
    [box(0.51, 0.49, 0.02, 0.03), box(0.5, 0.5, 0.3, 0.4)],
  ];
  const step = 1e-6;
  for (const [predicted, truth] of pairs) {
    const { gradient } = pairLoss(predicted, 0, truth, 0);
    for (let k = 0; k < 4; k++) {
      const up = predicted.slice();
      const down = predicted.slice();
      up[k]! += step;
      down[k]! -= step;
      const slope =
        (pairLoss(up, 0, truth, 0).value - pairLoss(down, 0, truth, 0).value) / (2 * step);
      expect(Math.abs(gradient[k]! - slope)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)));
    }
  }
});
