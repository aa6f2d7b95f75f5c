import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { exactProducts, type LinearProducts } from "../../../../models/losses/dense.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { nativeProducts } from "../../../../models/training/native-products.ts";
import { numbers } from "../graph/central-differences.ts";

beforeAll(async () => void (await loadTensorFlow("training")));

const [rows, inputs, outputs] = [37, 256, 128];
const values = (count: number, seed: number) => Float64Array.from(numbers(count, seed));

function products({ linear, linearBackward }: LinearProducts): Record<string, Float64Array> {
  const x = values(rows * inputs, 1);
  const weight = values(outputs * inputs, 2);
  const dy = values(rows * outputs, 3);
  // Gradients are added to what is there.
  const byWeight = values(outputs * inputs, 4);
  const byBias = values(outputs, 5);
  const y = linear(x, weight, values(outputs, 6), inputs, outputs);
  const byX = linearBackward(x, weight, dy, inputs, outputs, byWeight, byBias);
  return { y, byX, byWeight, byBias };
}

test("large products on TensorFlow are those in float64, as far as float32 goes", () => {
  const before = tf.memory().numTensors;
  const [found, wanted] = [products(nativeProducts), products(exactProducts)];
  expect(tf.memory().numTensors).toBe(before);
  for (const [name, exact] of Object.entries(wanted)) {
    const actual = found[name]!;
    expect(actual).toHaveLength(exact.length);
    for (const [i, value] of exact.entries())
      expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-4);
  }
});

test("small products are exact", () => {
  const x = Float64Array.of(1 / 3, 2);
  const weight = Float64Array.of(1 / 7, 5);
  const bias = Float64Array.of(11);
  expect([...nativeProducts.linear(x, weight, bias, 2, 1)]).toEqual([11 + 1 / 21 + 10]);
});
