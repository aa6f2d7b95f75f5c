/** The checks of the losses' files: each reads its file and measures the worst relative difference. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Measure } from "./compare.ts";
import {
  checkAssignment,
  checkReweighting,
  checkSamplePoints,
  checkScaleAlignedTarget,
  checkVarifocal,
} from "./loss-checks.ts";

/* eslint-disable @typescript-eslint/no-explicit-any -- each check knows the shape of its own file */
function readJson(folder: string, file: string): any {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

const one = (at: string, worst: number): Measure => ({ worst, at, notes: [] });

export const assignmentMeasure = (folder: string): Measure =>
  one("total", checkAssignment(readJson(folder, "assignment.json")));

export const samplePointsMeasure = (folder: string): Measure =>
  one("losses and gradients", checkSamplePoints(readJson(folder, "sample_points.json")));

export const targetMeasure = (folder: string): Measure =>
  one("u, rho, v, c", checkScaleAlignedTarget(readJson(folder, "scale_aligned_target.json")));

export function reweightingMeasure(folder: string): Measure {
  const file = readJson(folder, "sample_reweighting.json");
  const reweighting = checkReweighting(file, file, "paper");
  const varifocal = checkVarifocal(file);
  return reweighting >= varifocal
    ? one("weights, losses and gradients", reweighting)
    : one("varifocal loss", varifocal);
}

/** The inputs are those of sample_reweighting.json. */
export function stableReweightingMeasure(folder: string): Measure {
  const input = readJson(folder, "sample_reweighting.json");
  const expected = readJson(folder, "sample_reweighting_stable.json");
  return one("weights, losses and gradients", checkReweighting(input, expected, "stable"));
}
