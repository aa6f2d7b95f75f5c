import { expect, test } from "vitest";
import { edgeScroll } from "../../../renderer/canvas/editor/edge-scroll.ts";
import { screenPoint } from "../../../shared/geometry/spaces.ts";

/** A picture of 500 x 90 at scale 2 in a view of 400 x 300: it reaches out on the left and on the right only. */
const picture = { width: 500, height: 90 };
const view = { scale: 2, originX: -350, originY: 60, width: 400, height: 300 };
const at = (x: number, y: number) => edgeScroll(screenPoint(x, y), view, picture);

test("a drag scrolls the faster the deeper it is in the edge, towards what is out of view", () => {
  expect(at(200, 150)).toEqual({ dx: 0, dy: 0 });
  expect(at(10, 150)).toEqual({ dx: 2, dy: 0 });
  expect(at(396, 150)).toEqual({ dx: -5, dy: 0 });
  expect(at(-300, 150)).toEqual({ dx: 24, dy: 0 });
});

test("nothing scrolls where the picture ends in the view", () => {
  for (const y of [2, 298]) expect(Math.abs(at(200, y).dy)).toBe(0);
  const ended = { ...view, originX: -3 };
  expect(edgeScroll(screenPoint(-300, 150), ended, picture).dx).toBe(3);
});
