import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { sampleValues } from "../../../../models/rtdetr/deformable-attention.ts";
import { eagerOps } from "../../../../models/rtdetr/eager-ops.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";

beforeAll(async () => void (await loadTensorFlow()));

const grid = { batch: 1, heads: 1, points: 2, shapes: [[2, 3]] as const };
const value = () => tf.tensor3d([[[10], [20], [30], [50], [70], [110]]]);
const sample = (x: number[], y: number[], attention: number[]): number[] => {
  const rows = x.length / 2;
  const plane = (values: number[]) => tf.tensor2d(values, [rows, 2]);
  const sampled = sampleValues(eagerOps, value(), plane(x), plane(y), plane(attention), grid);
  return [...sampled.dataSync()];
};

test("a point on a pixel's centre takes the pixel, one between four their mean", () => {
  // 0.75 * 30 + 0.25 * (10 + 20 + 50 + 70) / 4
  expect(sample([2, 0.5], [0, 0.5], [0.75, 0.25])[0]).toBeCloseTo(31.875, 4);
});

test("what lies outside the map counts as zero", () => {
  expect(sample([-0.5, 5], [0, 1], [1, 1])[0]).toBeCloseTo(5, 5);
  expect(sample([2, -1.5], [1.75, -7], [1, 1])[0]).toBeCloseTo(27.5, 4);
});

test("no queries give no values", () => {
  expect(sample([], [], [])).toEqual([]);
});
