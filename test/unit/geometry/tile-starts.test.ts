import { expect, test } from "vitest";
import { seamsAlong, tileStarts } from "../../../shared/geometry/tile-starts.ts";

test("tiles share their overlap and the last one ends at the border", () => {
  expect(tileStarts(1920, 800, 150)).toEqual([0, 650, 1120]);
  expect(tileStarts(800, 800, 150)).toEqual([0]);
  expect(tileStarts(530, 800, 150)).toEqual([0]);
});

test("seams are the borders of tiles inside the picture", () => {
  expect(seamsAlong(1920, 800, 150)).toEqual([650, 800, 1120, 1450]);
  expect(seamsAlong(530, 800, 150)).toEqual([]);
  expect(seamsAlong(128, 64, 0)).toEqual([64]);
});
