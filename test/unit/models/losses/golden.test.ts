import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  checkAssignment,
  checkReweighting,
  checkSamplePoints,
  checkScaleAlignedTarget,
  checkVarifocal,
} from "../../../../models/golden/loss-checks.ts";

const read = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../fixtures/losses/${name}.json`, import.meta.url), "utf8"),
  );

test("assignments cost as little as SciPy's", () => {
  expect(checkAssignment(read("assignment"))).toBeLessThan(1e-9);
});

test("the scale-aligned target agrees in overlap, area ratio, scale agreement and target", () => {
  expect(checkScaleAlignedTarget(read("scale_aligned_target"))).toBeLessThan(1e-9);
});

test("sample point losses agree with their gradients in both modes and both units", () => {
  expect(checkSamplePoints(read("sample_points"))).toBeLessThan(1e-9);
});

test("the varifocal loss agrees with its gradient", () => {
  expect(checkVarifocal(read("sample_reweighting"))).toBeLessThan(1e-9);
});

test("sample reweighting as printed agrees with all its gradients", () => {
  const file = read("sample_reweighting");
  expect(checkReweighting(file, file, "paper")).toBeLessThan(1e-9);
});

test("the stable variant of sample reweighting agrees with all its gradients", () => {
  const file = read("sample_reweighting");
  expect(checkReweighting(file, read("sample_reweighting_stable"), "stable")).toBeLessThan(1e-9);
});
