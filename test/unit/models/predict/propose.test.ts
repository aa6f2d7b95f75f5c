import { expect, test } from "vitest";
import { partFor } from "../../../../models/predict/propose-task.ts";

const picture = { width: 400, height: 300 };
const input = { width: 64, height: 32 };

test("without a region the network sees all of the picture", () => {
  expect(partFor(null, picture, input)).toEqual({ left: 0, top: 0, width: 400, height: 300 });
});

test("a region is widened about its centre to the shape of the input", () => {
  // 20 x 30 about (110, 115): 30 high asks for 60 across.
  expect(partFor([100, 100, 20, 30], picture, input)).toEqual({
    left: 80,
    top: 100,
    width: 60,
    height: 30,
  });
});

test("a region at the border is moved inside of the picture", () => {
  expect(partFor([390, 290, 10, 10], picture, input)).toEqual({
    left: 380,
    top: 290,
    width: 20,
    height: 10,
  });
});

test("a region larger than the picture's share of the input's shape is held to the picture", () => {
  expect(partFor([0, 0, 400, 300], picture, input)).toEqual({
    left: 0,
    top: 0,
    width: 400,
    height: 300,
  });
});
