import { describe, expect, test } from "vitest";
import {
  cocoParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../../shared/domain/protocols.ts";
import { outcomesOf } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { smallSet, type SmallSet } from "../failures/small-set.ts";

const areaRanges = [
  { label: "all", low: 0, high: 1e10 },
  { label: "tiny", low: 0, high: 256 },
];
const small: SmallSet = {
  images: 2,
  classes: 2,
  truth: [
    { image: 1, category: 1, box: [200, 0, 20, 20] },
    { image: 0, category: 0, box: [200, 0, 10, 10] },
    { image: 0, category: 0, box: [20, 20, 10, 10] },
  ],
  predictions: [
    { image: 1, category: 1, box: [200, 0, 20, 13.5], score: 0.6 },
    { image: 0, category: 0, box: [200, 0, 10, 10], score: 0.9 },
    { image: 0, category: 0, box: [250, 0, 10, 10], score: 0.7 },
    { image: 1, category: 0, box: [200, 0, 30, 30], score: 0.8 },
    { image: 0, category: 0, box: [20, 20, 10, 9], score: 0.5 },
  ],
  regions: [{ box: [5, 5, 50, 50] }],
};
const ALL = 0b11_1111_1111;

function plain(params: EvaluationParams) {
  const { params: kept, ...rest } = outcomesOf(smallSet(small), { ...params, areaRanges });
  expect(kept.protocol).toBe(params.protocol);
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      typeof value === "number" ? value : [...value],
    ]),
  );
}

describe("what became of every prediction", () => {
  test("COCO: by class and falling score, in each range at each threshold", () => {
    expect(plain(cocoParams)).toEqual({
      classCount: 2,
      imageCount: 2,
      classStart: [0, 4, 5],
      image: [0, 1, 0, 0, 1],
      inRange: [0b11, 0b01, 0b11, 0b11, 0b01],
      // An IoU of 0.9 is a hit at nine thresholds, one of 0.675 at four, and in `tiny` at none.
      hits: [ALL, ALL, 0, 0, 0, 0, ALL >> 1, ALL >> 1, 0b1111, 0],
      ignored: [0, 0, 0, 0, 0, 0, 0, 0, 0, ALL],
      truthImage: [1, 0, 0],
      truthCategory: [1, 0, 0],
      truthCounts: [0b01, 0b11, 0b11],
    });
  });

  test("VisDrone: without what lies in ignored regions", () => {
    expect(plain(visDroneParams)).toEqual({
      classCount: 2,
      imageCount: 2,
      classStart: [0, 3, 4],
      image: [0, 1, 0, 1],
      inRange: [0b11, 0b01, 0b11, 0b01],
      hits: [ALL, ALL, 0, 0, 0, 0, 0b1111, 0],
      // The second matches nothing and is too large for `tiny`; the last matches there what is.
      ignored: [0, 0, 0, ALL, 0, 0, 0, ALL],
      truthImage: [1, 0, 0],
      truthCategory: [1, 0, 0],
      truthCounts: [0b01, 0b11, 0],
    });
  });

  test("COCO: predictions beyond the largest maxDets are left out", () => {
    const [first, second] = [1, 2].map((most) => plain({ ...cocoParams, maxDets: [1, most] }));
    expect(first!["classStart"]).toEqual([0, 2, 3]);
    expect(second!["classStart"]).toEqual([0, 3, 4]);
  });
});
