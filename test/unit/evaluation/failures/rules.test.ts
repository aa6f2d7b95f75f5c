import { describe, expect, test } from "vitest";
import { cocoParams, sodaDParams, visDroneParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { beyondMaxDets, rulesOf } from "../../../../shared/evaluation/failures/rules.ts";
import { scoreOrder } from "../../../../shared/evaluation/failures/score-order.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

const inside: XywhPixels = [12, 12, 20, 20];
const outside: XywhPixels = [112, 12, 20, 20];

describe("what a protocol says of each row", () => {
  const set = smallSet({
    classes: 2,
    truth: [
      { box: outside, crowd: true },
      { box: outside, category: 1, ignore: true },
      { box: outside, category: -1 },
      { box: inside },
      { box: inside, category: -1 },
    ],
    predictions: [
      { box: outside, score: 0.9 },
      { box: outside, category: -1, score: 0.8 },
      { box: inside, category: 1, score: 0.7 },
    ],
    regions: [{ box: [10, 10, 40, 40] }],
  });
  const plain = (params: Parameters<typeof rulesOf>[1]) => {
    const rules = rulesOf(set, params);
    return Object.fromEntries(Object.entries(rules).map(([name, flags]) => [name, [...flags]]));
  };

  test("COCO: crowds absorb, regions mean nothing, classes that are not scored take no part", () => {
    expect(plain(cocoParams)).toEqual({
      ignored: [1, 0, 0, 0, 0],
      absorbs: [1, 0, 0, 0, 0],
      droppedTruth: [0, 0, 1, 0, 1],
      droppedPredictions: [0, 1, 0],
      unexplaining: [0, 0, 0, 0, 0],
      uncounted: [0, 1, 0],
    });
  });

  test("SODA-D: ignored objects count neither way and absorb nothing", () => {
    expect(plain(sodaDParams)).toEqual({
      ignored: [0, 1, 0, 0, 0],
      absorbs: [0, 0, 0, 0, 0],
      droppedTruth: [0, 0, 1, 0, 1],
      droppedPredictions: [0, 1, 0],
      unexplaining: [0, 0, 0, 0, 0],
      uncounted: [0, 1, 0],
    });
  });

  test("VisDrone: ignored objects absorb, and what lies in a region takes no part", () => {
    expect(plain(visDroneParams)).toEqual({
      ignored: [0, 1, 0, 0, 0],
      absorbs: [0, 1, 0, 0, 0],
      droppedTruth: [0, 0, 1, 1, 1],
      droppedPredictions: [0, 1, 1],
      unexplaining: [0, 0, 0, 1, 1],
      uncounted: [0, 0, 1],
    });
  });
});

describe("predictions beyond maxDets", () => {
  const beyond = (small: SmallSet, params: Parameters<typeof rulesOf>[1]) => {
    const set = smallSet(small);
    const order = scoreOrder(set.predictions, set.imageIds.length);
    const { uncounted } = rulesOf(set, params);
    return [...beyondMaxDets(set, params, order, uncounted)];
  };
  const predictions = [
    { image: 1, box: outside, score: 0.1 },
    { image: 1, box: outside, score: 0.3, category: -1 },
    { image: 1, box: outside, score: 0.9 },
    { image: 0, box: outside, score: 0.5 },
    { image: 1, box: inside, score: 0.7 },
    { image: 1, box: inside, score: 0.8, category: -1 },
    { image: 1, box: outside, score: 0.6 },
  ];
  const regions = [{ image: 1, box: [10, 10, 40, 40] as const }];

  test("COCO and SODA-D: the lowest scores of each image and class", () => {
    for (const params of [cocoParams, sodaDParams]) {
      const at = (...maxDets: number[]) =>
        beyond({ images: 2, predictions, regions }, { ...params, maxDets });
      expect(at(1, 2)).toEqual([1, 0, 0, 0, 0, 0, 1]);
      expect(at(3)).toEqual([1, 0, 0, 0, 0, 0, 0]);
    }
  });

  test("VisDrone: the last rows of each image, unscored classes counted and regions not", () => {
    const at = (...maxDets: number[]) =>
      beyond({ images: 2, predictions, regions }, { ...visDroneParams, maxDets });
    expect(at(2)).toEqual([0, 0, 1, 0, 0, 0, 1]);
    expect(at(1, 3)).toEqual([0, 0, 0, 0, 0, 0, 1]);
    expect(at(4)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
