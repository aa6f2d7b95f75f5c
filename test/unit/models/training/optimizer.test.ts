import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { worstRelative } from "../../../../models/golden/compare.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import {
  adamwStep,
  averageStep,
  createOptimizerState,
  defaultOptimizer,
  disposeOptimizerState,
  rateAt,
  type OptimizerSettings,
} from "../../../../models/training/optimizer.ts";

const file = JSON.parse(
  readFileSync(new URL("../../../fixtures/losses/optimizer.json", import.meta.url), "utf8"),
);
const settings: OptimizerSettings = {
  baseRate: file.base_lr,
  warmupSteps: file.warmup_steps,
  weightDecay: file.weight_decay,
  beta1: file.betas[0],
  beta2: file.betas[1],
  eps: file.eps,
  clipNorm: null,
};

beforeAll(async () => {
  await loadTensorFlow("training");
});

const one = (variable: tf.Variable) => new Map([["w", { variable, rateFactor: 1, decays: true }]]);

test("AdamW with warm-up and the moving average follow the recorded steps", () => {
  const variable = tf.variable(tf.tensor(file.start));
  const state = createOptimizerState();
  const average = new Map([["w", tf.tensor(file.start)]]);
  file.grads.forEach((values: number[][], k: number) => {
    const gradient = tf.tensor(values);
    adamwStep(one(variable), new Map([["w", gradient]]), state, settings);
    averageStep(average, new Map([["w", variable]]), state, {
      decay: file.ema_decay,
      ramp: file.ema_ramp,
    });
    gradient.dispose();
    const flat = (nested: number[][]) => nested.flat();
    expect(worstRelative(variable.dataSync(), flat(file.weights_after[k]))).toBeLessThan(3e-7);
    expect(worstRelative(average.get("w")!.dataSync(), flat(file.ema_after[k]))).toBeLessThan(3e-7);
  });
  disposeOptimizerState(state);
  variable.dispose();
  average.get("w")!.dispose();
});

test("gradients longer than the limit are shortened to it, shorter ones are left alone", () => {
  const run = (clipNorm: number | null, values: number[]) => {
    const variable = tf.variable(tf.tensor([0, 0]));
    const state = createOptimizerState();
    const gradient = tf.tensor(values);
    const norm = adamwStep(one(variable), new Map([["w", gradient]]), state, {
      ...settings,
      clipNorm,
    });
    const first = Array.from(state.first.get("w")!.dataSync());
    disposeOptimizerState(state);
    tf.dispose([variable, gradient]);
    return { norm, first };
  };
  const clipped = run(0.1, [3, 4]);
  expect(clipped.norm).toBeCloseTo(5, 5);
  expect(clipped.first[0]).toBeCloseTo(0.1 * 0.6 * 0.1, 6);
  expect(run(10, [3, 4]).first[1]).toBeCloseTo(0.4, 6);
});

test("a gradient that is not finite changes nothing", () => {
  const variable = tf.variable(tf.tensor([1, 2]));
  const state = createOptimizerState();
  const gradient = tf.tensor([NaN, 1]);
  expect(adamwStep(one(variable), new Map([["w", gradient]]), state, settings)).toBeNaN();
  expect(Array.from(variable.dataSync())).toEqual([1, 2]);
  expect(state.step).toBe(0);
  tf.dispose([variable, gradient]);
});

test("steps leave no tensors behind after the first", () => {
  const variable = tf.variable(tf.tensor([1, 2, 3]));
  const state = createOptimizerState();
  const gradient = tf.tensor([0.1, 0.2, 0.3]);
  const step = () => adamwStep(one(variable), new Map([["w", gradient]]), state, settings);
  step();
  const before = tf.memory().numTensors;
  for (let k = 0; k < 5; k++) step();
  expect(tf.memory().numTensors).toBe(before);
  disposeOptimizerState(state);
  tf.dispose([variable, gradient]);
});

test("the rate rises linearly over the warm-up and then stays", () => {
  const warm = { ...defaultOptimizer, baseRate: 1, warmupSteps: 4 };
  expect([1, 2, 4, 9].map((step) => rateAt(step, warm))).toEqual([0.25, 0.5, 1, 1]);
});
