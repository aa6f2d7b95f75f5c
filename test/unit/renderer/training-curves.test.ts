import { describe, expect, test } from "vitest";
import {
  hasCollapsed,
  joinCurves,
  smooth,
  smoothedOver,
  termsBy,
} from "../../../renderer/components/training/curves.ts";
import type { ReweightingColumns, TrainingCurves } from "../../../shared/api/training.ts";

function curves(
  step: readonly number[],
  terms: TrainingCurves["terms"],
  lastStep = step.at(-1) ?? 0,
): TrainingCurves {
  const column = (value: number) => step.map((at) => at * value);
  const task = (value: number): ReweightingColumns => ({
    weightMean: column(value),
    weightDeviation: column(value + 1),
    ratioMean: column(value + 2),
    ratioDeviation: column(value + 3),
    weightAtHalf: column(value + 4),
  });
  return {
    trainingId: 3,
    lastStep,
    step,
    isExtreme: step.map(() => false),
    epoch: column(5),
    loss: column(7),
    terms,
    learningRate: column(11),
    gradientNorm: column(13),
    ...task(17),
    tasks: { cls: task(31), reg: task(41) },
    pointsOutside: column(51),
    throughput: column(53),
    waited: column(59),
    memory: column(61),
    tensors: column(67),
  };
}

describe("curves that go on", () => {
  test("are joined column by column, and what a part lacks is absent there", () => {
    const joined = joinCurves(
      curves([1, 3], { vfl: [9, 8] }),
      curves([4], { vfl: [7], offset: [2] }, 4),
    );
    expect(joined).toEqual({
      ...curves([1, 3, 4], { vfl: [9, 8, 7], offset: [null, null, 2] }),
      lastStep: 4,
    });
  });

  test("stay as they are where nothing is new", () => {
    const known = curves([2, 6], { vfl: [5, 4] });
    expect(joinCurves(known, curves([], {}, 6))).toEqual(known);
  });
});

describe("terms of the loss", () => {
  const terms = {
    vfl: [1, 2, null],
    "denoising vfl": [10, null, null],
    "encoder giou": [100, 200, 300],
    offset: [0.5, 0.25, null],
  };

  test("add up over the heads by kind", () => {
    expect(termsBy(terms, "kind")).toEqual({
      vfl: [11, 2, null],
      giou: [100, 200, 300],
      offset: [0.5, 0.25, null],
    });
  });

  test("add up by head, where those without one are the decoder's", () => {
    expect(termsBy(terms, "head")).toEqual({
      decoder: [1.5, 2.25, null],
      denoising: [10, null, null],
      encoder: [100, 200, 300],
    });
  });
});

describe("smoothing", () => {
  test("is a moving average that is not pulled to 0 at its beginning, worked by hand", () => {
    // 8 · 0.25 / 0.25; (8 · 0.1875 + 4 · 0.25) / 0.4375
    const [first, second] = smooth([8, 4], 0.75);
    expect(first).toBe(8);
    expect(second).toBeCloseTo(2.5 / 0.4375, 12);
  });

  test("leaves gaps and a constant alone, and does nothing at strength 0", () => {
    expect(smooth([3, null, 3], 0.5)).toEqual([3, null, 3]);
    const values = [5, 1, 9];
    expect(smooth(values, 0)).toBe(values);
  });

  test("goes on past a spike that is there for its extreme alone, and does not count its row", () => {
    const isExtreme = [false, true, false, false];
    expect(smooth([2, 90, 4, 8], 0.5, isExtreme)).toEqual([2, 2, 10 / 3, 6]);
    expect(smooth([90, 2], 0.5, [true, false])).toEqual([90, 2]);
    expect(smoothedOver(0.5, { step: [100, 180, 300, 500], isExtreme })).toBe(400);
  });

  test("says over how many steps it reaches where rows are thinned out", () => {
    const reach = (strength: number, step: readonly number[]) =>
      smoothedOver(strength, { step, isExtreme: [] });
    expect(reach(0.9, [1, 2, 3])).toBe(10);
    expect(reach(0.5, [100, 300, 500])).toBe(400);
    expect(reach(0, [])).toBe(1);
  });
});

test("reweighting has collapsed once more than 95 % of w stand at 0.5", () => {
  expect(hasCollapsed([0.2, 0.96])).toBe(true);
  expect(hasCollapsed([0.99, 0.95])).toBe(false);
  expect(hasCollapsed([0.97, null])).toBe(true);
  expect(hasCollapsed([null])).toBe(false);
});
