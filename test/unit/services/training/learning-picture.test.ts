import { expect, test } from "vitest";
import {
  learningPicture,
  type LearningRole,
} from "../../../../main/services/training/learning-picture.ts";
import { drawn } from "../../../../main/services/training/prepare-images.ts";

const roles = new Map<number, LearningRole>([
  [11, { role: "object", label: 0 }],
  [12, { role: "object", label: 1 }],
  [13, { role: "ignored-region", label: null }],
  [14, { role: "others", label: null }],
  [15, { role: "object", label: null }],
]);
const place = { path: "/a.png", width: 200, height: 100 };

test("objects are learnt; ignored boxes, crowds, regions and others are areas where nothing counts", () => {
  const left = { empty: 0, unknown: 0, regions: 0 };
  const picture = learningPicture(
    place,
    [
      [7, 12, 1, 2, 3, 4, 0, 0],
      [7, 11, 5, 6, 7, 8, 0, 0],
      [7, 11, 20, 21, 22, 23, 1, 0],
      [7, 12, 30, 31, 32, 33, 0, 1],
      [7, 13, 40, 41, 42, 43, 0, 0],
      [7, 14, 50, 51, 52, 53, 0, 0],
      [7, 15, 60, 61, 62, 63, 0, 0],
      [7, 11, 70, 71, 0, 9, 0, 0],
      [7, 11, 70, 71, 9, -1, 0, 0],
    ],
    roles,
    left,
  );
  expect(Array.from(picture.boxes)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(Array.from(picture.classes)).toEqual([1, 0]);
  expect(Array.from(picture.regions)).toEqual([
    20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43, 50, 51, 52, 53,
  ]);
  expect(Array.from(picture.painted!)).toEqual([40, 41, 42, 43]);
  expect(left).toEqual({ empty: 2, unknown: 1, regions: 4 });
});

test("a picture without labels is learnt from as it is", () => {
  const left = { empty: 0, unknown: 0, regions: 0 };
  const { boxes, regions } = learningPicture(place, [], roles, left);
  expect([boxes.length, regions.length]).toEqual([0, 0]);
});

test("the same seed holds out the same images, another one others", () => {
  const held = drawn(50, 10, 3);
  expect(held.size).toBe(10);
  expect([...held].every((at) => at >= 0 && at < 50)).toBe(true);
  expect(drawn(50, 10, 3)).toEqual(held);
  expect(drawn(50, 10, 4)).not.toEqual(held);
  expect([...drawn(50, 9, 3)].every((at) => held.has(at))).toBe(true);
});
