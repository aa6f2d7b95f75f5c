import fc from "fast-check";
import { expect, test } from "vitest";
import { buildGridIndex } from "../../../renderer/canvas/scene/grid-index.ts";
import type { Rect } from "../../../shared/geometry/spaces.ts";

function found(boxes: number[][], rect: Rect): number[] {
  const result: number[] = [];
  buildGridIndex(Float64Array.from(boxes.flat())).query(rect, (index) => result.push(index));
  return result.sort((a, b) => a - b);
}

test("finds the boxes that touch the rectangle, its border included", () => {
  const boxes = [
    [10, 10, 5, 5],
    [15, 20, 7, 3],
    [200, 150, 6, 9],
    [0, 0, 300, 300],
  ];
  expect(found(boxes, { x: 15, y: 15, w: 20, h: 5 })).toEqual([0, 1, 3]);
});

test("finds nothing where there are no boxes", () => {
  expect(found([], { x: 0, y: 0, w: 100, h: 100 })).toEqual([]);
});

test("finds boxes that all lie on one point", () => {
  const boxes = [
    [40, 30, 0, 0],
    [40, 30, 0, 0],
  ];
  expect(found(boxes, { x: 40, y: 30, w: 0, h: 0 })).toEqual([0, 1]);
});

test("finds exactly what looking at every box finds, each once", () => {
  const number = fc.double({ min: -50, max: 4000, noNaN: true });
  const extent = fc.oneof(
    fc.double({ min: 0, max: 20, noNaN: true }),
    fc.double({ min: 0, max: 3000, noNaN: true }),
  );
  const rect = fc.record({ x: number, y: number, w: extent, h: extent });
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 200 }), rect, (rects, asked) => {
      const boxes = rects.map(({ x, y, w, h }) => [x, y, w, h]);
      const expected = rects.flatMap((each, i) =>
        each.x <= asked.x + asked.w &&
        each.y <= asked.y + asked.h &&
        each.x + each.w >= asked.x &&
        each.y + each.h >= asked.y
          ? [i]
          : [],
      );
      expect(found(boxes, asked)).toEqual(expected);
    }),
  );
});
