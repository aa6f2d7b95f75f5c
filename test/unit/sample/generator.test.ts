import { describe, expect, test } from "vitest";
import { imagine, type Detector, type Truth } from "../../../assets/sample/generator/detectors.ts";
import { lights, places } from "../../../assets/sample/generator/places.ts";
import {
  clip,
  hull,
  nearest,
  overlap,
  rectangle,
  boxAround,
} from "../../../assets/sample/generator/plane.ts";
import { createRandom } from "../../../assets/sample/generator/random.ts";
import { createStage } from "../../../assets/sample/generator/stage.ts";

const stageOf = (seed: number) => {
  const stage = createStage({
    width: 640,
    height: 480,
    scale: 5,
    light: lights.noon,
    random: createRandom(seed),
  });
  places.crossing(stage);
  return stage;
};

test("the same seed draws the same picture, another seed another one", () => {
  expect(stageOf(3).svg()).toBe(stageOf(3).svg());
  expect(stageOf(3).svg()).not.toBe(stageOf(4).svg());
});

test("a seed gives the same numbers for ever: the pictures depend on it", () => {
  const random = createRandom(7);
  expect([random.next(), random.next(), random.next()]).toEqual([
    0.011704753153026104, 0.06195825757458806, 0.97690763277933,
  ]);
  const normals = Array.from({ length: 4000 }, random.normal);
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
  expect(Math.abs(mean)).toBeLessThan(0.06);
  expect(Math.abs(variance - 1)).toBeLessThan(0.1);
});

test("objects hardly overlap, so every label can be told from its neighbour", () => {
  const { objects } = stageOf(11);
  expect(objects.length).toBeGreaterThan(30);
  for (const [i, { box }] of objects.entries())
    for (const other of objects.slice(i + 1)) {
      const smaller = Math.min(box.w * box.h, other.box.w * other.box.h);
      // Boxes were compared before the picture's border cut them.
      if (other.visible < 1 || objects[i]!.visible < 1) continue;
      expect(overlap(box, other.box)).toBeLessThanOrEqual(0.06 * smaller + 1e-9);
    }
});

describe("geometry", () => {
  test("a rectangle turned by a quarter swaps its sides", () => {
    const box = boxAround(rectangle({ x: 50, y: 30 }, 20, 6, Math.PI / 2));
    expect([box.x, box.y, box.w, box.h].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      47, 20, 6, 20,
    ]);
  });

  test("a hull leaves out what lies inside", () => {
    const square = [
      { x: 0, y: 0 },
      { x: 9, y: 0 },
      { x: 9, y: 7 },
      { x: 0, y: 7 },
    ];
    expect(hull([...square, { x: 4, y: 3 }])).toHaveLength(4);
  });

  test("a box outside the picture has no part in it", () => {
    expect(clip({ x: 90, y: 5, w: 20, h: 8 }, 100, 50)).toEqual({ x: 90, y: 5, w: 10, h: 8 });
    expect(clip({ x: 101, y: 5, w: 20, h: 8 }, 100, 50)).toBeNull();
  });

  test("the distance to a line stops at its ends", () => {
    const line = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ];
    expect(nearest(line, { x: 4, y: 3 }).distance).toBe(3);
    expect(nearest(line, { x: 13, y: 4 }).distance).toBe(5);
  });
});

describe("imaginary detectors", () => {
  const perfect: Detector = {
    file: "x.json",
    halfArea: 1e-9,
    slope: 5,
    jitter: { pixels: 0, share: 0 },
    confusion: 0,
    duplicates: 0,
    fooled: 0,
    noise: 0,
    confidence: 9,
  };
  const truth: Truth[] = [
    { image_id: 3, category_id: 5, bbox: [10, 20, 12, 7], area: 84, ignore: 0, iscrowd: 0 },
    { image_id: 3, category_id: 10, bbox: [200, 20, 90, 70], area: 6300, ignore: 1, iscrowd: 0 },
  ];

  test("one without faults gives the labels back, and nothing for an ignore region", () => {
    const results = imagine(perfect, truth, stageOf(3), createRandom(1));
    expect(
      results.map(({ image_id, category_id, bbox }) => ({ image_id, category_id, bbox })),
    ).toEqual([{ image_id: 3, category_id: 5, bbox: [10, 20, 12, 7] }]);
  });

  test("a blind one finds nothing", () => {
    const blind = { ...perfect, halfArea: 1e9 };
    expect(imagine(blind, truth, stageOf(3), createRandom(1))).toEqual([]);
  });
});
