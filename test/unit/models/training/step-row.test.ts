import { expect, test } from "vitest";
import { collapseWatch } from "../../../../models/training/collapse.ts";
import { stepRow } from "../../../../models/training/step-row.ts";
import { paintRegions } from "../../../../models/training/training-pictures.ts";
import type { TrainingStepRow } from "../../../../shared/compute/messages.ts";

const report = (reweighting: { task: "cls" | "reg"; w: number[]; r: number[] }[]) => ({
  step: 7,
  rate: 1e-4,
  norm: 3.5,
  loss: {
    total: 31,
    terms: new Map([
      ["decoder 0 vfl", 1],
      ["decoder 1 vfl", 2],
      ["decoder 1 giou", 4],
      ["denoising 0 vfl", 8],
      ["encoder vfl", 16],
    ]),
    gradients: [],
    generatorGradients: null,
    reweighting: reweighting.map(({ task, w, r }) => ({
      task,
      w: Float64Array.from(w),
      r: Float64Array.from(r),
    })),
    outside: { count: 3, total: 12 },
  },
});
const cost = { images: 6, seconds: 1.5, waited: 0.25 };

test("terms are summed over layers and keep the total", () => {
  const row = stepRow(report([]), 2, cost);
  expect(row.terms).toEqual({ vfl: 3, giou: 4, "denoising vfl": 8, "encoder vfl": 16 });
  expect(row).toMatchObject({ step: 7, epoch: 2, loss: 31, throughput: 4, waited: 0.25 });
  expect(row.pointsOutside).toBe(0.25);
  expect(row.reweighting).toBeNull();
});

test("means, spreads and the share at one half are taken over all layers, for each task", () => {
  const { reweighting } = stepRow(
    report([
      { task: "cls", w: [0.5, 0.9], r: [1, 3] },
      { task: "reg", w: [0.505, 0.52], r: [0.5, 0.7] },
      { task: "cls", w: [0.7], r: [2] },
    ]),
    1,
    cost,
  );
  expect(reweighting!.cls.weightMean).toBeCloseTo(0.7, 12);
  expect(reweighting!.cls.weightDeviation).toBeCloseTo(Math.sqrt(0.08 / 3), 12);
  expect(reweighting!.cls.ratioMean).toBeCloseTo(2, 12);
  expect(reweighting!.cls.weightAtHalf).toBeCloseTo(1 / 3, 12);
  expect(reweighting!.reg.weightAtHalf).toBe(0.5);
  expect(reweighting!.both.weightAtHalf).toBeCloseTo(2 / 5, 12);
});

const withShare = (step: number, cls: number, reg: number): TrainingStepRow => {
  const part = (weightAtHalf: number) => ({
    weightMean: 0.5,
    weightDeviation: 0,
    ratioMean: 0.6,
    ratioDeviation: 0,
    weightAtHalf,
  });
  return {
    ...stepRow(report([]), 1, cost),
    step,
    reweighting: { both: part(0), cls: part(cls), reg: part(reg) },
  };
};

test("a collapse is told once, after 200 steps in a row", () => {
  const watch = collapseWatch();
  const told: (string | null)[] = [];
  for (let step = 1; step <= 500; step++)
    told.push(watch(withShare(step, 0.2, step === 100 ? 0.9 : 0.97)));
  const at = told.findIndex((text) => text !== null);
  expect(at + 1).toBe(300);
  expect(told[at]).toMatch(/^Step 300: .*boxes/);
  expect(told.filter((text) => text !== null)).toHaveLength(1);
});

test("regions are painted black but for the objects in them, in the tile's place", () => {
  const data = Buffer.alloc(6 * 4 * 3, 9);
  paintRegions(
    { data, width: 6, height: 4 },
    {
      tile: { left: 1, top: 0, size: 4 },
      painted: Float64Array.of(1, 1, 3, 2),
      boxes: Float64Array.of(2, 1.5, 1, 0.5),
    },
  );
  const rows = Array.from({ length: 4 }, (_, y) =>
    Array.from({ length: 6 }, (_unused, x) => data[(y * 6 + x) * 3]).join(""),
  );
  expect(rows).toEqual(["999999", "990909", "990009", "999999"]);
});
