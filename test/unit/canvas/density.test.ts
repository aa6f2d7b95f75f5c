import fc from "fast-check";
import { expect, test } from "vitest";
import { binAt, densityLevel, gatherDensity } from "../../../renderer/canvas/scene/density.ts";
import { hexAt, hexCentre } from "../../../renderer/canvas/scene/hex-grid.ts";
import { buildScene, HIT, judgeAt, MISS } from "../../../renderer/canvas/scene/scene.ts";
import { visibility } from "../../../renderer/canvas/scene/visibility.ts";
import { prediction, truth } from "./objects.ts";

const shown = { truth: true, predictions: true, verdicts: null };

function gather(scene: ReturnType<typeof buildScene>, level: number) {
  const judgement = judgeAt(scene, 0);
  return gatherDensity(scene, judgement, visibility(scene, judgement, shown), level);
}

/** A row of objects of 6 x 6 px, `step` px apart; every third is missed. */
function row(count: number, step: number) {
  return buildScene(
    Array.from({ length: count }, (_, i) =>
      truth({ box: [100 + i * step, 4, 6, 6], verdict: i % 3 === 0 ? "miss" : "hit" }),
    ),
    [],
  );
}

test("tiny objects whose markers would touch are gathered and counted by verdict", () => {
  const density = gather(row(7, 9), -2);
  expect([...density.gathered]).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(density.bins.map((bin) => bin.count).reduce((a, b) => a + b)).toBe(7);
  expect(density.bins.map((bin) => bin.byVerdict[MISS]!).reduce((a, b) => a + b)).toBe(3);
});

test("tiny objects far enough apart keep their own markers", () => {
  expect(gather(row(7, 200), -2).bins).toEqual([]);
});

test("objects that are large on screen are never gathered", () => {
  expect(gather(row(7, 9), 2).bins).toEqual([]);
});

test("a crowd falls apart as one zooms in", () => {
  const scene = buildScene(
    Array.from({ length: 900 }, (_, i) =>
      truth({ box: [(i % 30) * 25, Math.floor(i / 30) * 25, 6, 6], verdict: "hit" }),
    ),
    [],
  );
  const bins = [-4, -3, -2, 1].map((level) => gather(scene, level).bins.length);
  expect(bins[0]).toBeGreaterThan(0);
  expect(bins[1]).toBeGreaterThan(bins[0]!);
  expect(bins.at(-1)).toBe(0);
});

test("a prediction goes with the object it has found, and is not counted twice", () => {
  const places = Array.from({ length: 6 }, (_, i) => 100 + i * 8);
  const scene = buildScene(
    places.map((x, i) => truth({ box: [x, 9, 5, 5], verdict: "hit", match: i })),
    places.map((x, i) =>
      prediction({ box: [x + 0.5, 9, 5, 5], score: 0.8, verdict: "hit", match: i }),
    ),
  );
  const density = gather(scene, -2);
  expect(density.bins.reduce((sum, bin) => sum + bin.byVerdict[HIT]!, 0)).toBe(6);
  expect(density.gathered).toEqual(new Uint8Array(12).fill(1));
});

test("ten thousand objects on one spot are gathered into one bin", () => {
  const scene = buildScene(
    Array.from({ length: 10_000 }, () => truth({ box: [512, 384, 3, 3], verdict: "miss" })),
    [],
  );
  expect(gather(scene, -1).bins.map((bin) => bin.count)).toEqual([10_000]);
});

test("a few touching markers among many do not hide the others", () => {
  const alone = [85, 118, 190, 223].flatMap((x) => [
    truth({ box: [x, -40, 2, 2] }),
    truth({ box: [x, 38, 2, 2] }),
  ]);
  const touching = [0, 1, 2].map((i) => truth({ box: [150 + i * 3, 0, 2, 2] }));
  expect(gather(buildScene([...alone, ...touching], []), -2).bins).toHaveLength(0);
});

test("a bin is found at the points of its hexagon only", () => {
  const density = gather(row(7, 9), -2);
  expect(binAt(density, 130, 7)?.count).toBe(7);
  expect(binAt(density, 130, 400)).toBeNull();
});

test("a level spans a doubling of the scale", () => {
  expect([0.25, 0.49, 0.5, 1, 1.99].map(densityLevel)).toEqual([-2, -2, -1, 0, 0]);
});

test("every point lies in the hexagon whose centre is nearest", () => {
  const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true });
  fc.assert(
    fc.property(coordinate, coordinate, (x, y) => {
      const hex = hexAt(x, y, 37);
      const away = (q: number, r: number) => {
        const centre = hexCentre({ q, r }, 37);
        return Math.hypot(centre.x - x, centre.y - y);
      };
      const own = away(hex.q, hex.r);
      for (const [dq, dr] of [
        [1, 0],
        [0, 1],
        [-1, 1],
        [-1, 0],
        [0, -1],
        [1, -1],
      ] as const) {
        expect(own).toBeLessThanOrEqual(away(hex.q + dq, hex.r + dr) + 1e-6);
      }
    }),
  );
});
