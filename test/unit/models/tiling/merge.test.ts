import { expect, test } from "vitest";
import type { TiledDetections } from "../../../../models/tiling/detections.ts";
import { mergeNms } from "../../../../models/tiling/merge-nms.ts";
import { mergeSeams } from "../../../../models/tiling/merge-seams.ts";
import { tileGrid } from "../../../../models/tiling/tile-grid.ts";

const tiles = tileGrid(1450, 800, 800, 150); // two tiles: 0..800 and 650..1450

type Row = [
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  score: number,
  label: number,
  tile: number,
];

const detections = (...rows: Row[]): TiledDetections => ({
  boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4))),
  scores: Float32Array.from(rows, (row) => row[4]),
  classes: Int32Array.from(rows, (row) => row[5]),
  tile: Int32Array.from(rows, (row) => row[6]),
  tiles,
  width: 1450,
  height: 800,
});

test("tiles walk columns first and the last one ends at the border", () => {
  expect(tileGrid(1500, 900, 800, 150)).toEqual([
    { left: 0, top: 0, size: 800 },
    { left: 0, top: 100, size: 800 },
    { left: 650, top: 0, size: 800 },
    { left: 650, top: 100, size: 800 },
    { left: 700, top: 0, size: 800 },
    { left: 700, top: 100, size: 800 },
  ]);
});

test("an image smaller than a tile has one tile, an exact fit too", () => {
  expect(tileGrid(640, 480, 800, 150)).toEqual([{ left: 0, top: 0, size: 800 }]);
  expect(tileGrid(800, 800, 800, 150)).toHaveLength(1);
});

test("an overlap as large as the tile is refused", () => {
  expect(() => tileGrid(2000, 2000, 150, 150)).toThrow("150 px");
});

test("suppression keeps the better of two boxes of a class and both of two classes", () => {
  const merged = mergeNms(
    detections(
      [700, 100, 720, 120, 0.6, 3, 0],
      [701, 100, 721, 120, 0.9, 3, 1],
      [700, 100, 720, 120, 0.5, 4, 0],
    ),
  );
  expect(Array.from(merged.scores)).toEqual([0.9, 0.5].map(Math.fround));
  expect(Array.from(merged.classes)).toEqual([3, 4]);
});

test("boxes at exactly the threshold are both kept", () => {
  // 20 x 10 and its left half: IoU 0.5
  const merged = mergeNms(detections([10, 10, 30, 20, 0.9, 1, 0], [10, 10, 20, 20, 0.8, 1, 0]));
  expect(merged.scores).toHaveLength(2);
});

test("suppression agrees with comparing every pair", () => {
  let state = 99;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 400 }, (): Row => {
    const x = next() * 300;
    const y = next() * 300;
    return [x, y, x + 5 + next() * 60, y + 5 + next() * 60, next(), Math.floor(next() * 3), 0];
  });
  const iou = (a: Row, b: Row) => {
    const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
    const h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
    const inter = Math.max(0, w) * Math.max(0, h);
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter);
  };
  const kept: Row[] = [];
  for (const row of [...rows].sort((a, b) => b[4] - a[4]))
    if (kept.every((other) => other[5] !== row[5] || iou(other, row) <= 0.5)) kept.push(row);
  const merged = mergeNms(detections(...rows));
  expect(Array.from(merged.scores)).toEqual(kept.map((row) => Math.fround(row[4])));
});

test("an object cut by a seam takes the box of the tile that sees all of it", () => {
  const merged = mergeSeams(
    detections([780, 100, 799, 140, 0.9, 2, 0], [780, 100, 830, 140, 0.7, 2, 1]),
  );
  expect(Array.from(merged.boxes)).toEqual([780, 100, 830, 140]);
  expect(Array.from(merged.scores)).toEqual([Math.fround(0.9)]);
  expect(Array.from(merged.atSeam)).toEqual([1]);
});

test("an object longer than the overlap becomes the union of its parts", () => {
  const merged = mergeSeams(
    detections([500, 100, 800, 180, 0.8, 2, 0], [650, 101, 1000, 181, 0.7, 2, 1]),
  );
  expect(Array.from(merged.boxes)).toEqual([500, 100, 1000, 181]);
});

test("neighbours in one tile stay apart however much they overlap", () => {
  const merged = mergeSeams(
    detections(
      [700, 100, 720, 120, 0.9, 2, 0],
      [702, 100, 722, 120, 0.8, 2, 0],
      [700, 100, 720, 120, 0.7, 2, 1],
    ),
  );
  expect(merged.scores).toHaveLength(2);
});

test("no detections merge to none", () => {
  expect(mergeNms(detections()).boxes).toHaveLength(0);
  expect(mergeSeams(detections()).boxes).toHaveLength(0);
});

test("boxes that are not finite disturb no other", () => {
  const merged = mergeNms(
    detections([NaN, 1, 2, 3, 0.9, 1, 0], [10, 10, 30, 20, 0.8, 1, 0], [10, 10, 30, 20, 0.7, 1, 0]),
  );
  expect(Array.from(merged.scores)).toEqual([0.9, 0.8].map(Math.fround));
});
