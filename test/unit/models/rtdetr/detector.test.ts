import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { readCheckpoint } from "../../../../models/rtdetr/checkpoint.ts";
import { RtdetrDetector, type PixelBatch } from "../../../../models/rtdetr/detector.ts";
import { eagerOps } from "../../../../models/rtdetr/eager-ops.ts";
import { FoldedWeights } from "../../../../models/rtdetr/folded-weights.ts";
import { inferenceLayers } from "../../../../models/rtdetr/inference-layers.ts";
import { initialValues } from "../../../../models/rtdetr/initial-values.ts";
import { toTensors } from "../../../../models/rtdetr/parameters.ts";
import { presetConfig } from "../../../../models/rtdetr/presets.ts";
import { rtdetr } from "../../../../models/rtdetr/rtdetr.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { numbers } from "../graph/central-differences.ts";

const golden = join(import.meta.dirname, "../../../fixtures/models/golden/tiny-bottleneck");
const config = presetConfig("tiny", ["car", "van", "bus"]);

/** Untrained weights, with heads that differ from token to token. */
function values() {
  let next = 0;
  const random = numbers(4099, 5).map((value) => (value + 1) / 2);
  return initialValues(config, () => random[(next += 1) % random.length]!);
}

const pictures = (count: number, width: number, height: number, seed = 1): PixelBatch => ({
  values: Uint8Array.from(numbers(count * width * height * 3, seed), (v) => (v + 1) * 127),
  count,
  width,
  height,
});

beforeAll(async () => void (await loadTensorFlow()));

test("a batch gives what its pictures give one by one", async () => {
  using detector = await RtdetrDetector.from(config, values());
  const sizes = [{ width: 192, height: 128 }, { width: 640, height: 480 }, { width: 96, height: 64 }]; // prettier-ignore
  const batch = pictures(3, 96, 64);
  const together = await detector.detect(batch, sizes, { maxDetections: 20 });
  expect(together).toHaveLength(3);
  for (const [image, size] of sizes.entries()) {
    const bytes = 96 * 64 * 3;
    const one = (batch.values as Uint8Array).slice(image * bytes, (image + 1) * bytes);
    const [alone] = await detector.detect({ ...batch, values: one, count: 1 }, [size], {
      maxDetections: 20,
    });
    for (const [i, score] of alone!.scores.entries())
      expect(together[image]!.scores[i]).toBeCloseTo(score, 5);
    expect([...together[image]!.labels]).toEqual([...alone!.labels]);
    for (const [i, edge] of alone!.boxes.entries())
      expect(together[image]!.boxes[i]).toBeCloseTo(edge, 2);
  }
});

test("floats in 0..1 and bytes give the same detections", async () => {
  using detector = await RtdetrDetector.from(config, values());
  const bytes = pictures(1, 64, 96);
  const floats = { ...bytes, values: Float32Array.from(bytes.values, (value) => value / 255) };
  const size = [{ width: 64, height: 96 }];
  const [a] = await detector.detect(bytes, size);
  const [b] = await detector.detect(floats, size);
  expect(a!.scores).toHaveLength(100);
  for (const [i, score] of a!.scores.entries()) expect(b!.scores[i]).toBeCloseTo(score, 5);
});

test("the graph computes what the same model computes step by step", async () => {
  const weights = new FoldedWeights(toTensors(config, values()), config.batch_norm_eps);
  const batch = pictures(1, 96, 64, 3);
  const eager = tf.tidy(() => {
    const pixels = tf.tensor4d(Float32Array.from(batch.values, (v) => v / 255), [1, 64, 96, 3]); // prettier-ignore
    const layers = inferenceLayers(eagerOps, weights, config.layer_norm_eps, (body) =>
      tf.tidy(body),
    );
    return rtdetr(layers, pixels, config).layers.map(({ boxes }) => boxes.dataSync());
  });
  using detector = await RtdetrDetector.from(config, values());
  const { layers } = await detector.inspect(batch);
  for (const [index, boxes] of eager.entries())
    for (const [i, value] of boxes.entries()) expect(layers[index]!.boxes[i]).toBeCloseTo(value, 4);
});

test("nothing is left in TensorFlow's memory after a picture, nor after the detector is gone", async () => {
  const before = tf.memory().numTensors;
  const detector = await RtdetrDetector.from(config, values());
  const size = [{ width: 10, height: 10 }];
  await detector.detect(pictures(1, 64, 64), size);
  const settled = tf.memory();
  for (let round = 0; round < 12; round += 1)
    await detector.detect(pictures(1, 64 + 32 * (round % 6), 64), size);
  await detector.inspect(pictures(1, 64, 64));
  expect(tf.memory().numTensors).toBe(settled.numTensors);
  expect(tf.memory().numBytes).toBe(settled.numBytes);
  detector[Symbol.dispose]();
  expect(tf.memory().numTensors).toBe(before);
});

test("inspection shows where each query looks", async () => {
  using detector = await RtdetrDetector.open(golden);
  const { layers, maps, heads, levels, points } = await detector.inspect(pictures(1, 96, 128));
  expect([heads, levels, points]).toEqual([4, 3, 4]);
  expect(maps.map(({ width, height }) => [width, height])).toEqual([
    [12, 16],
    [6, 8],
    [3, 4],
  ]);
  for (const layer of layers) {
    expect(layer.attention).toHaveLength(20 * 4 * 12);
    for (let head = 0; head < 80; head += 1) {
      const shares = layer.attention.subarray(head * 12, head * 12 + 12);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
  }
  expect([...layers[1]!.references]).toEqual([...layers[0]!.boxes]);
});

test("a size that the network cannot take is refused with the step", async () => {
  using detector = await RtdetrDetector.from(config, values());
  await expect(detector.detect(pictures(1, 100, 64), [])).rejects.toThrow(
    /100x64; both sides must be multiples of 32/,
  );
});

test("new heads for other classes detect those classes", async () => {
  const random = () => 0.25;
  const labels = ["a", "b", "c", "d", "e", "f", "g"];
  const checkpoint = readCheckpoint(golden, { labels, random });
  using detector = await RtdetrDetector.from(checkpoint.config, checkpoint.values);
  const [found] = await detector.detect(pictures(1, 64, 64), [{ width: 64, height: 64 }], {
    maxDetections: 140,
  });
  expect(new Set(found!.labels).size).toBe(7);
});
