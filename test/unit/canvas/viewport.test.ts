import { expect, test } from "vitest";
import {
  centredOn,
  fitted,
  MAX_SCALE,
  panned,
  resized,
  showing,
  toImage,
  toScreen,
  visibleRect,
  zoomed,
} from "../../../renderer/canvas/viewport.ts";
import { imagePoint, screenPoint } from "../../../shared/geometry/spaces.ts";

const picture = { width: 4000, height: 3000 };
const size = { width: 1032, height: 782 };

test("fitting shows the whole picture in the middle, with a border", () => {
  const view = fitted(size, picture);
  expect(view.scale).toBe(0.25);
  expect(toScreen(view, imagePoint(0, 0))).toEqual({ x: 16, y: 16 });
  expect(toScreen(view, imagePoint(4000, 3000))).toEqual({ x: 1016, y: 766 });
});

test("what is shown on screen comes back to the same image point", () => {
  const view = centredOn(size, imagePoint(1234.5, 678.25), 3.7);
  const back = toImage(view, toScreen(view, imagePoint(1200.125, 700.75)));
  expect(back.x).toBeCloseTo(1200.125, 9);
  expect(back.y).toBeCloseTo(700.75, 9);
});

test("zooming keeps the image point under the cursor", () => {
  const view = centredOn(size, imagePoint(2000, 1500), 2);
  const cursor = screenPoint(300, 200);
  const before = toImage(view, cursor);
  const after = toImage(zoomed(view, picture, 1.7, cursor), cursor);
  expect(after.x).toBeCloseTo(before.x, 9);
  expect(after.y).toBeCloseTo(before.y, 9);
});

test("zooming stops at 64 screen pixels per pixel and at half of the fitted size", () => {
  const view = fitted(size, picture);
  const cursor = screenPoint(500, 400);
  expect(zoomed(view, picture, 1e6, cursor).scale).toBe(MAX_SCALE);
  expect(zoomed(view, picture, 1e-6, cursor).scale).toBe(0.125);
});

test("panning cannot lose the picture: its border stops at the middle of the view", () => {
  const far = panned(centredOn(size, imagePoint(100, 100), 1), picture, 1e5, -1e5);
  expect(toImage(far, screenPoint(516, 391))).toEqual({ x: 0, y: 3000 });
});

test("a view that changes its size keeps its centre and its scale", () => {
  const view = resized(centredOn(size, imagePoint(700, 900), 5), picture, {
    width: 640,
    height: 500,
  });
  expect(view.scale).toBe(5);
  expect(toImage(view, screenPoint(320, 250))).toEqual({ x: 700, y: 900 });
});

test("an object is shown in the middle with its surroundings, at a whole factor", () => {
  const view = showing(size, picture, { x: 1000, y: 800, w: 9, h: 7 });
  expect(view.scale).toBe(10); // 782 / (8 x 9) = 10.9
  expect(toImage(view, screenPoint(516, 391))).toEqual({ x: 1004.5, y: 803.5 });
});

test("an object as large as the picture is shown with the picture fitted", () => {
  expect(showing(size, picture, { x: 0, y: 0, w: 3900, h: 2900 }).scale).toBe(0.25);
});

test("the visible part is in image pixels and grows by a margin on screen", () => {
  const view = centredOn({ width: 400, height: 200 }, imagePoint(500, 300), 4);
  expect(visibleRect(view)).toEqual({ x: 450, y: 275, w: 100, h: 50 });
  expect(visibleRect(view, 8)).toEqual({ x: 448, y: 273, w: 104, h: 54 });
});
