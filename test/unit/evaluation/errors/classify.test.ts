import { describe, expect, test } from "vitest";
import { cocoParams, visDroneParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import {
  classifyErrors,
  errorCodes,
  HIT,
  LEFT_OUT,
} from "../../../../shared/evaluation/errors/classify.ts";
import { smallSet, type SmallSet } from "../failures/small-set.ts";

/** Outcome and target of every prediction. */
function classified(small: SmallSet) {
  const { outcome, target } = classifyErrors(smallSet(small), cocoParams);
  return [...outcome].map((code, p) => [code, target[p]]);
}

describe("the object of a prediction", () => {
  test("is the one it hits, aims at or repeats; background has none", () => {
    const small: SmallSet = {
      classes: 2,
      truth: [
        { category: 1, box: [210, 20, 30, 10] },
        { box: [110, 20, 30, 10] },
        { box: [10, 20, 30, 10] },
      ],
      predictions: [
        { box: [10, 20, 30, 10], score: 0.9 },
        { box: [10, 20, 29, 10], score: 0.8 },
        { box: [110, 20, 11, 10], score: 0.7 },
        { box: [210, 20, 30, 9], score: 0.6 },
        { box: [310, 20, 30, 10], score: 0.5 },
        { box: [210, 20, 30, 4], score: 0.4 },
      ],
    };
    expect(classified(small)).toEqual([
      [HIT, 2],
      [errorCodes.dupe, 2],
      [errorCodes.loc, 1],
      [errorCodes.cls, 0],
      [errorCodes.bkg, -1],
      [errorCodes.both, -1],
    ]);
  });

  describe("is the first in the file among equals, from left to right or not", () => {
    // The box between shares 20 of 30 pixels with either: an IoU of 0.5.
    const left: XywhPixels = [10, 20, 30, 10];
    const right: XywhPixels = [30, 20, 30, 10];
    const near: XywhPixels = [20, 20, 30, 10];

    test.each([[[left, right]], [[right, left]]])("%j", (boxes) => {
      const [first, second] = boxes as [XywhPixels, XywhPixels];
      const truth = [{ box: first }, { box: second }];
      expect(classified({ truth, predictions: [{ box: near, score: 0.9 }] })).toEqual([[HIT, 0]]);
      const low: XywhPixels = [20, 20, 30, 5];
      expect(classified({ truth, predictions: [{ box: low, score: 0.9 }] })).toEqual([
        [errorCodes.loc, 0],
      ]);
      const wrong = { category: 1, box: near, score: 0.9 };
      expect(classified({ classes: 2, truth, predictions: [wrong] })).toEqual([
        [errorCodes.cls, 0],
      ]);
      // The first is taken by the higher score, so the next takes the other.
      const two = [0.6, 0.8].map((score) => ({ box: near, score }));
      expect(classified({ truth, predictions: two })).toEqual([
        [HIT, 1],
        [HIT, 0],
      ]);
      expect(classified({ truth: truth.slice(1), predictions: two })).toEqual([
        [errorCodes.loc, 0],
        [HIT, 0],
      ]);
    });
  });
});

describe("what is kept", () => {
  test("is the best hundred of each image unless told otherwise", () => {
    const small = smallSet({
      images: 2,
      predictions: Array.from({ length: 203 }, (_, p) => ({
        image: p < 102 ? 0 : 1,
        box: [3 * p, 1, 2, 2] as const,
        score: 0.9 - p / 1000,
      })),
    });
    const { outcome, order } = classifyErrors(small, cocoParams);
    const leftOut = [...outcome.keys()].filter((p) => outcome[p] === LEFT_OUT);
    expect(leftOut).toEqual([100, 101, 202]);
    expect(order).toHaveLength(200);
  });

  test("VisDrone: an object inside a region makes no ignore region of its own", () => {
    const set = smallSet({
      truth: [{ box: [10, 10, 40, 20] }],
      predictions: [{ box: [32, 10, 16, 20], score: 0.9 }],
      // Half of the object's columns.
      regions: [{ box: [10, 10, 20, 30] }],
    });
    const { counts, outcome, unseen } = classifyErrors(set, visDroneParams);
    expect([...counts]).toEqual([0]);
    expect([...outcome]).toEqual([errorCodes.bkg]);
    expect([...unseen]).toEqual([0]);
  });
});
