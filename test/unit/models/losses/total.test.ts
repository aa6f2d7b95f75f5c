import { expect, test } from "vitest";
import { plainLoss, type LossConfig } from "../../../../models/losses/config.ts";
import type { HeadOutputs } from "../../../../models/losses/heads.ts";
import { createWeightGenerator } from "../../../../models/losses/reweighting.ts";
import { defaultSamplePointRefinement } from "../../../../models/losses/sample-points.ts";
import { totalLoss, type LossInput, type TrainingTruth } from "../../../../models/losses/total.ts";

const QUERIES = 5;
const CLASSES = 3;
const CHANNELS = 4;
const SAMPLES = 8; // 2 heads x 1 level x 4 points

function numbers(seed: number) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function head(name: string, images: number, seed: number, withLayer: boolean): HeadOutputs {
  const next = numbers(seed);
  const fill = (length: number, low: number, high: number) =>
    Float64Array.from({ length }, () => low + next() * (high - low));
  const rows = images * QUERIES;
  return {
    name,
    queries: QUERIES,
    logits: fill(rows * CLASSES, -3, 2),
    boxes: fill(rows * 4, 0.15, 0.6),
    matches: null,
    groups: 1,
    layer: withLayer
      ? {
          index: 0,
          hidden: Float32Array.from(fill(rows * CHANNELS, -1, 1)),
          boxHidden: Float32Array.from(fill(rows * CHANNELS, 0, 1)),
          offsetsX: Float32Array.from(fill(rows * SAMPLES, -0.5, 0.5)),
          offsetsY: Float32Array.from(fill(rows * SAMPLES, -0.5, 0.5)),
          attention: Float32Array.from(fill(rows * SAMPLES, 0, 0.5)),
          reference: Float32Array.from(fill(rows * 4, 0.2, 0.5)),
        }
      : null,
  };
}

const truthA: TrainingTruth = {
  classes: Int32Array.of(2, 0),
  boxes: Float64Array.of(0.3, 0.4, 0.2, 0.1, 0.6, 0.5, 0.3, 0.25),
  regions: new Float64Array(0),
};
const nothing: TrainingTruth = {
  classes: new Int32Array(0),
  boxes: new Float64Array(0),
  regions: new Float64Array(0),
};

const input = (heads: HeadOutputs[], truth: TrainingTruth[]): LossInput => ({
  heads,
  truth,
  classes: CLASSES,
  decoderLayers: 1,
  points: 4,
  generator: createWeightGenerator(CHANNELS, numbers(77)),
  samplePointRamp: 1,
});

const everything: LossConfig = {
  ...plainLoss,
  scaleAlignedTarget: { beta: 0.73, theta: 6 },
  reweighting: { variant: "paper", focal: { alpha: 0.5, gamma: 1.5 } },
  samplePoints: defaultSamplePointRefinement,
};

/** Two images that are one image twice. */
function doubled(one: HeadOutputs): HeadOutputs {
  const twice = <A extends Float32Array | Float64Array>(a: A): A => {
    const out = new (a.constructor as new (n: number) => A)(a.length * 2);
    out.set(a as never);
    out.set(a as never, a.length);
    return out;
  };
  return { ...one, logits: twice(one.logits), boxes: twice(one.boxes) };
}

test("an image without boxes gives a finite loss and only pushes scores down", () => {
  const loss = totalLoss(input([head("decoder 0", 1, 3, true)], [nothing]), everything);
  expect(Number.isFinite(loss.total)).toBe(true);
  expect(Math.min(...loss.gradients[0]!.logits)).toBeGreaterThanOrEqual(0);
  expect(loss.gradients[0]!.boxes.every((g) => g === 0)).toBe(true);
});

test("two equal images lose what one of them loses", () => {
  const one = head("encoder", 1, 9, false);
  const single = totalLoss(input([one], [truthA]), plainLoss);
  const batch = totalLoss(input([doubled(one)], [truthA, truthA]), plainLoss);
  expect(batch.total).toBeCloseTo(single.total, 10);
});

test("all switches off leaves the features, the sampling points and the generator alone", () => {
  const loss = totalLoss(input([head("decoder 0", 1, 5, true)], [truthA]), plainLoss);
  expect(loss.gradients[0]).toMatchObject({
    hidden: null,
    boxHidden: null,
    offsetsX: null,
    attention: null,
  });
  expect(loss.generatorGradients).toBeNull();
  expect([...loss.terms.keys()]).toEqual(["decoder 0 vfl", "decoder 0 bbox", "decoder 0 giou"]);
});

test("the terms sum to the total with every switch on", () => {
  const heads = [head("decoder 0", 2, 11, true), head("encoder", 2, 13, false)];
  const loss = totalLoss(input(heads, [truthA, truthA]), everything);
  const sum = [...loss.terms.values()].reduce((a, b) => a + b, 0);
  expect(loss.total).toBeCloseTo(sum, 12);
  expect(loss.terms.get("decoder 0 offset")).toBeGreaterThan(0);
  expect(loss.terms.has("encoder offset")).toBe(false);
  expect(loss.reweighting.map(({ task }) => task)).toEqual(["cls", "reg"]);
});

test("only the printed variant of reweighting pulls at the features", () => {
  const heads = [head("decoder 0", 1, 17, true)];
  const paper = totalLoss(input(heads, [truthA]), everything);
  const reweighting = { ...everything.reweighting!, variant: "stable" as const };
  const stable = totalLoss(input(heads, [truthA]), { ...everything, reweighting });
  expect(paper.gradients[0]!.hidden).not.toBeNull();
  expect(stable.gradients[0]!.hidden).toBeNull();
  expect(stable.generatorGradients!.get("cls.squeeze.weight")!.some((g) => g !== 0)).toBe(true);
});

test("the ramp takes sample point refinement out at 0 and in half at 0.5", () => {
  const heads = [head("decoder 0", 1, 19, true)];
  const at = (samplePointRamp: number) =>
    totalLoss({ ...input(heads, [truthA]), samplePointRamp }, everything);
  const full = at(1);
  expect(at(0).terms.get("decoder 0 offset")).toBe(0);
  expect(at(0.5).terms.get("decoder 0 offset")).toBeCloseTo(
    full.terms.get("decoder 0 offset")! / 2,
    12,
  );
  const x = full.gradients[0]!.offsetsX!;
  const largest = x.reduce((best, g, k) => (Math.abs(g) > Math.abs(x[best]!) ? k : best), 0);
  expect(at(0.5).gradients[0]!.offsetsX![largest]).toBeCloseTo(x[largest]! / 2, 5);
});

test("queries that lie in an ignore region take no part as negatives", () => {
  const one = head("encoder", 1, 23, false);
  const everywhere = Float64Array.of(0.5, 0.5, 2, 2);
  const open = totalLoss(input([one], [nothing]), plainLoss);
  const masked = totalLoss(input([one], [{ ...nothing, regions: everywhere }]), plainLoss);
  expect(open.total).toBeGreaterThan(0);
  expect(masked.total).toBe(0);
  expect(masked.gradients[0]!.logits.every((g) => g === 0)).toBe(true);
});
