import { expect, test } from "vitest";
import {
  layerRows,
  samplingPoints,
} from "../../../renderer/components/inspect/inspected-points.ts";
import type { ImageInspection } from "../../../shared/api/models.ts";

/** Two heads, two levels, one point each; the box the layer starts from is 10,20 .. 30,50. */
const inspection: ImageInspection = {
  labels: ["tram", "car"],
  part: [0, 0, 640, 480],
  input: { width: 320, height: 320 },
  query: 7,
  iou: 0.5,
  heads: 2,
  levels: 2,
  points: 1,
  layers: [
    {
      reference: [10, 20, 20, 30],
      box: [12, 20, 20, 30],
      label: 1,
      score: 0.75,
      // head 0: level 0 inside, level 1 left of the box; head 1: level 0 below it, level 1 on its corner
      points: [15, 25, 9, 25, 15, 51, 30, 50],
      weights: [0.75, 0.25, 0.5, 0.5],
    },
  ],
  maps: [],
};

test("points are told by head and level, with their share of all attention", () => {
  const all = samplingPoints(inspection, { layer: 0, head: null, level: null });
  expect(all.map(({ level, share, inside }) => [level, share, inside])).toEqual([
    [0, 0.375, true],
    [1, 0.125, false],
    [0, 0.25, false],
    [1, 0.25, true],
  ]);
  expect(samplingPoints(inspection, { layer: 0, head: 1, level: 0 })).toEqual([
    { x: 15, y: 51, share: 0.25, level: 0, inside: false },
  ]);
  expect(samplingPoints(inspection, { layer: 3, head: null, level: null })).toEqual([]);
});

test("a layer's row says what it saw and where it looked", () => {
  expect(layerRows(inspection, [10, 20, 20, 30])).toEqual([
    { layer: 0, name: "car", score: 0.75, iou: 18 / 22, inside: 0.625, byLevel: [0.625, 0.375] },
  ]);
});
