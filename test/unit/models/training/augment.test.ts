import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import {
  augmentBoxes,
  planAugmentation,
  type AugmentPlan,
} from "../../../../models/training/augment.ts";
import { randomStream } from "../../../../models/training/random.ts";
import {
  trainingSample,
  type TrainingImage,
} from "../../../../models/training/training-pictures.ts";

const WIDTH = 200;
const HEIGHT = 120;
const input = { width: 128, height: 96 };
let image: TrainingImage;

beforeAll(async () => {
  const path = join(mkdtempSync(join(tmpdir(), "fovea-augment-")), "red.png");
  const red = { create: { width: 40, height: 24, channels: 3 as const, background: "#ff0000" } };
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: "#000000" } })
    .composite([{ input: await sharp(red).png().toBuffer(), left: 90, top: 50 }])
    .png()
    .toFile(path);
  image = {
    path,
    tile: null,
    width: WIDTH,
    height: HEIGHT,
    boxes: Float64Array.of(90, 50, 40, 24),
    classes: Int32Array.of(3),
    regions: new Float64Array(0),
  };
});

/** Where the picture is mainly red: x1, y1, x2, y2 in input pixels. */
function redArea(pixels: Uint8Array): number[] {
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = 0; y < input.height; y++)
    for (let x = 0; x < input.width; x++) {
      const at = (y * input.width + x) * 3;
      if (pixels[at]! < 128 || pixels[at + 1]! > 90) continue;
      found[0] = Math.min(found[0]!, x);
      found[1] = Math.min(found[1]!, y);
      found[2] = Math.max(found[2]!, x + 1);
      found[3] = Math.max(found[3]!, y + 1);
    }
  return found;
}

test("boxes follow their pixels through crop, zoom out and flip, to a pixel", async () => {
  const settings = { colour: false, expand: true, crop: true, flip: true };
  let seen = 0;
  for (let seed = 0; seed < 60; seed++) {
    const { pixels, truth } = await trainingSample(image, input, settings, randomStream(seed));
    expect(pixels).toHaveLength(input.width * input.height * 3);
    if (truth.classes.length === 0) continue;
    seen += 1;
    const [cx, cy, w, h] = truth.boxes as unknown as [number, number, number, number];
    const box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2].map(
      (value, k) => value * (k % 2 === 0 ? input.width : input.height),
    );
    redArea(pixels).forEach((edge, k) => expect(Math.abs(edge - box[k]!)).toBeLessThanOrEqual(1));
  }
  expect(seen).toBeGreaterThan(40);
});

test("nothing switched on is a plain resize", async () => {
  const settings = { colour: false, expand: false, crop: false, flip: false };
  const { truth } = await trainingSample(image, input, settings, randomStream(5));
  [110 / 200, 62 / 120, 40 / 200, 24 / 120].forEach((value, k) =>
    expect(truth.boxes[k]).toBeCloseTo(value, 12),
  );
});

test("colours change and boxes do not", async () => {
  const settings = { colour: true, expand: false, crop: false, flip: false };
  const plain = await trainingSample(image, input, { ...settings, colour: false }, randomStream(1));
  const changed = await Promise.all(
    [1, 2, 3, 4].map((seed) => trainingSample(image, input, settings, randomStream(seed))),
  );
  expect(changed.some(({ pixels }) => Buffer.compare(pixels, plain.pixels) !== 0)).toBe(true);
  for (const { truth } of changed) expect(truth.boxes).toEqual(plain.truth.boxes);
});

test("the same seed draws the same plan, another seed another", () => {
  const settings = { colour: true, expand: true, crop: true, flip: true };
  const draw = (seed: number) => planAugmentation(image, input, settings, randomStream(seed));
  expect(draw(9)).toEqual(draw(9));
  expect(draw(9)).not.toEqual(draw(10));
});

test("a box of which less than a pixel is left is dropped, others are clipped", () => {
  const plan: AugmentPlan = {
    crop: { left: 50, top: 0, width: 100, height: 100 },
    place: { left: 0, top: 0, width: 100, height: 100 },
    input: { width: 100, height: 100 },
    flip: false,
    colour: null,
  };
  const boxes = Float64Array.of(40, 10, 10.5, 20, 40, 10, 30, 20);
  const moved = augmentBoxes(
    { boxes, classes: Int32Array.of(1, 2), regions: Float64Array.of(0, 0, 60, 50) },
    plan,
  );
  expect(Array.from(moved.classes)).toEqual([2]);
  expect(Array.from(moved.boxes)).toEqual([0.1, 0.2, 0.2, 0.2]);
  expect(Array.from(moved.regions)).toEqual([0.05, 0.25, 0.1, 0.5]);
});
