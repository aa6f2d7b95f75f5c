import { expect, test } from "vitest";
import { clipToPicture, cropWindow, factorInWords } from "../../../shared/geometry/crop-window.ts";

test("a tiny object is shown with 48 px around it, magnified by a whole factor", () => {
  // 3 x 9.1 = 27.3 is less than 48, and 384 / 48 = 8.
  expect(cropWindow([100, 60, 7.2, 9.1], 384)).toEqual({ x: 80, y: 41, side: 48, factor: 8 });
});

test("a larger object is shown with three times its longer side, widened until the tile is full", () => {
  // 3 x 20 = 60 wanted, 192 / 60 = 3.2, so factor 3 and 64 px.
  expect(cropWindow([100, 60, 20, 11], 192)).toEqual({ x: 78, y: 34, side: 64, factor: 3 });
});

test("an object that does not fit is reduced by a whole number", () => {
  // 3 x 150 = 450 wanted, more than twice 192.
  const window = cropWindow([300, 200, 150, 90], 192);
  expect(window.factor).toBe(1 / 3);
  expect(window.side).toBe(576);
});

test("a crop over the border is clipped to the picture", () => {
  expect(clipToPicture({ x: -7, y: 590, side: 48, factor: 4 }, 800, 600)).toEqual({
    x: 0,
    y: 590,
    w: 41,
    h: 10,
  });
});

test("a crop outside the picture shows nothing of it", () => {
  expect(clipToPicture({ x: 810, y: 10, side: 48, factor: 4 }, 800, 600)).toBeNull();
});

test("the factor is printed as a magnification or as a scale", () => {
  expect(factorInWords(8)).toBe("×8");
  expect(factorInWords(1 / 3)).toBe("1:3");
});
