import { expect, test } from "vitest";
import { gridKeyTarget } from "../../../renderer/components/grid/grid-keys.ts";

/** Five columns, 23 tiles: the last row holds three. */
const grid = { count: 23, columns: 5, rowsPerPage: 3 };

test("arrows go to the neighbours and stop at the ends", () => {
  expect(gridKeyTarget("ArrowRight", 7, grid)).toBe(8);
  expect(gridKeyTarget("ArrowLeft", 7, grid)).toBe(6);
  expect(gridKeyTarget("ArrowDown", 7, grid)).toBe(12);
  expect(gridKeyTarget("ArrowUp", 7, grid)).toBe(2);
  expect(gridKeyTarget("ArrowUp", 2, grid)).toBe(2);
  expect(gridKeyTarget("ArrowRight", 22, grid)).toBe(22);
});

test("going down where the last row is short leads to the last tile", () => {
  expect(gridKeyTarget("ArrowDown", 19, grid)).toBe(22);
});

test("page keys go by what is seen at once, within the column", () => {
  expect(gridKeyTarget("PageDown", 1, grid)).toBe(16);
  expect(gridKeyTarget("PageUp", 16, grid)).toBe(1);
  expect(gridKeyTarget("PageUp", 8, grid)).toBe(3);
});

test("Home and End go to the ends", () => {
  expect(gridKeyTarget("Home", 9, grid)).toBe(0);
  expect(gridKeyTarget("End", 9, grid)).toBe(22);
});

test("the first key only shows where one is", () => {
  expect(gridKeyTarget("ArrowDown", -1, grid)).toBe(0);
});

test("other keys and an empty grid are left alone", () => {
  expect(gridKeyTarget("x", 4, grid)).toBeNull();
  expect(gridKeyTarget("End", -1, { ...grid, count: 0 })).toBeNull();
});
