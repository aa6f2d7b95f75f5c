import { expect, test } from "vitest";
import type { GroupedTruth } from "../../../shared/evaluation/group-truth.ts";
import { Candidates } from "../../../shared/evaluation/overlap.ts";

/** Ground truths of one class and image, as grouping gives them: rows in the order they are listed. */
function grouped(boxes: readonly (readonly [number, number, number, number])[]): GroupedTruth {
  return {
    row: Int32Array.from(boxes.keys()),
    image: new Int32Array(boxes.length),
    crowd: new Uint8Array(boxes.length),
    edges: Float64Array.from(boxes.flatMap(([x, y, w, h]) => [x, y, x + w, y + h])),
    boxArea: Float64Array.from(boxes, ([, , w, h]) => w * h),
    classStart: Int32Array.of(0, boxes.length),
    ignoredIn: new Uint16Array(boxes.length),
  };
}

/** The candidates of a 10 x 10 prediction at the origin. */
function candidatesOf(boxes: readonly (readonly [number, number, number, number])[]): number[] {
  const candidates = new Candidates();
  candidates.reset(1);
  const count = candidates.add(
    0,
    Float64Array.of(0, 0, 10, 10),
    0,
    grouped(boxes),
    0,
    boxes.length,
  );
  return [...candidates.truth.subarray(0, count)];
}

// Heights give IoUs of 0.9, 0.8, 0.7 and 0.6 with the prediction.
const nine = [0, 0, 10, 9] as const;
const eight = [0, 0, 10, 8] as const;
const seven = [0, 0, 10, 7] as const;
const six = [0, 0, 10, 6] as const;

test.each([
  ["ascending", [six, seven, eight, nine], [3, 2, 1, 0]],
  ["descending", [nine, eight, seven, six], [0, 1, 2, 3]],
  ["mixed", [seven, nine, six, eight], [1, 3, 0, 2]],
  ["with equal ones in the middle", [nine, seven, seven, six, seven], [0, 4, 2, 1, 3]],
] as const)(
  "candidates stand by descending IoU, the later first of equals: %s",
  (_, boxes, order) => {
    expect(candidatesOf(boxes)).toEqual(order);
  },
);

test("pairs below the lowest threshold and pairs that only touch are no candidates", () => {
  expect(
    candidatesOf([
      [0, 0, 10, 4.9],
      [10, 0, 10, 10],
      [0, 10, 10, 10],
      [0, 0, 10, 5],
    ]),
  ).toEqual([3]);
});

test("more candidates than there was room for keep their places, thresholds and order", () => {
  const candidates = new Candidates();
  const boxes = [seven, nine, six, eight];
  const predictions = 700;
  candidates.reset(predictions);
  const at = Float64Array.from({ length: 4 * predictions }, (_, k) => (k % 4 < 2 ? 0 : 10));
  for (let k = 0; k < predictions; k++) {
    expect(candidates.add(k, at, k, grouped(boxes), 0, boxes.length)).toBe(4);
  }
  for (let k = 0; k < predictions; k++) {
    const start = candidates.start[k]!;
    expect(start).toBe(4 * k);
    expect([...candidates.truth.subarray(start, start + 4)]).toEqual([1, 3, 0, 2]);
    // Nine tenths reach 9 of the thresholds 0.5 to 0.95, and so on down: a bit each.
    expect([...candidates.reach.subarray(start, start + 4)]).toEqual([
      0b111111111, 0b1111111, 0b11111, 0b111,
    ]);
  }
});

test("room may run out in the middle of one prediction's candidates", () => {
  // Rising and falling IoUs from 0.5 to 0.99: the order must come from all of them, those before the growth too.
  const boxes = Array.from(
    { length: 3000 },
    (_, k) => [0, 0, 10, 5 + ((k * 37) % 50) / 10] as const,
  );
  const expected = boxes
    .map(([, , , h], k) => ({ k, h }))
    .sort((a, b) => b.h - a.h || b.k - a.k)
    .map(({ k }) => k);
  expect(candidatesOf(boxes)).toEqual(expected);
});

test("a new class begins with none of the candidates of the last", () => {
  const candidates = new Candidates();
  candidates.reset(2);
  const at = Float64Array.of(0, 0, 10, 10, 0, 0, 10, 10);
  candidates.add(0, at, 0, grouped([six, nine]), 0, 2);
  candidates.reset(1);
  expect(candidates.add(0, at, 1, grouped([eight]), 0, 1)).toBe(1);
  expect(candidates.start[0]).toBe(0);
  expect(candidates.truth[0]).toBe(0);
});
