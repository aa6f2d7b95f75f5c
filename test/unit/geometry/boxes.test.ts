import { expect, test } from "vitest";
import {
  boxCentre,
  boxSide,
  intersectionOverUnion,
  sizeInWords,
} from "../../../shared/geometry/boxes.ts";

test("the overlap of two boxes is divided by what they cover together", () => {
  // 4 x 3 overlap; 10 x 6 + 8 x 5 - 12
  expect(intersectionOverUnion([0, 0, 10, 6], [6, 3, 8, 5])).toBe(12 / 88);
});

test("boxes that only share a border do not overlap", () => {
  expect(intersectionOverUnion([0, 0, 10, 6], [10, 0, 4, 6])).toBe(0);
});

test("an empty box overlaps nothing, not even itself", () => {
  expect(intersectionOverUnion([3, 4, 0, 5], [3, 4, 0, 5])).toBe(0);
});

test("the side of a box is that of the square of its area", () => {
  expect(boxSide([7, 9, 4, 25])).toBe(10);
});

test("the centre lies half a width and half a height in", () => {
  expect(boxCentre([11, 23, 6, 9])).toEqual({ x: 14, y: 27.5 });
});

test("sizes have one decimal while it matters", () => {
  expect(sizeInWords(7.21, 9.08)).toBe("7.2 × 9.1 px");
  expect(sizeInWords(99.4, 240.6)).toBe("99.4 × 241 px");
});
