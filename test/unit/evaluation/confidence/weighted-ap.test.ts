import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../../shared/domain/protocols.ts";
import { outcomesOf } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { WeightedAp } from "../../../../shared/evaluation/confidence/weighted-ap.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { headlineOf } from "../../../../shared/evaluation/summarize.ts";
import { randomNumbers, randomSet } from "../failures/random-set.ts";
import { smallSet } from "../failures/small-set.ts";
import { fullAps, repeated, withoutTiesInImages } from "./plain-resample.ts";

/** Ranges that small boxes fall into, with borders among their areas. */
const areaRanges = [
  { label: "all", low: 0, high: 1e10 },
  { label: "tiny", low: 0, high: 256 },
  { label: "more", low: 256, high: 700 },
];
const protocols: EvaluationParams[] = [
  { ...cocoParams, areaRanges, maxDets: [1, 3, 5] },
  { ...sodaDParams, areaRanges, maxDets: [3, 5] },
  { ...visDroneParams, areaRanges, maxDets: [1, 4, 8] },
];

function expectSame(actual: ReturnType<WeightedAp["at"]>, expected: typeof actual): void {
  actual.forEach(({ ap, ap50 }, a) => {
    for (const [value, wanted] of [
      [ap, expected[a]!.ap],
      [ap50, expected[a]!.ap50],
    ] as const)
      if (wanted === null) expect(value).toBeNull();
      else expect(value).toBeCloseTo(wanted, 12);
  });
}

describe.each(protocols)("AP with weighted images ($protocol)", (params) => {
  test("is the evaluator's own where every weight is 1, score ties included", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const set = randomSet(seed, { images: 4, classes: 3, truth: 18, predictions: 60 });
      const scorer = new WeightedAp(outcomesOf(set, params));
      expectSame(scorer.at(new Int32Array(4).fill(1)), fullAps(set, params));
    }
  });

  test("equals evaluating a set with the images repeated", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const set = withoutTiesInImages(
        randomSet(seed, { images: 5, classes: 2, truth: 20, predictions: 60 }),
      );
      const random = randomNumbers(seed + 1000);
      const weights = Int32Array.from({ length: 5 }, () => Math.floor(4 * random()));
      const scorer = new WeightedAp(outcomesOf(set, params));
      expectSame(scorer.at(weights), fullAps(repeated(set, weights), params));
      // Nothing is left over from one resample to the next.
      expectSame(scorer.at(weights), fullAps(repeated(set, weights), params));
    }
  });

  test("is null where no drawn image holds an object", () => {
    const set = smallSet({
      images: 2,
      truth: [{ image: 1, box: [3, 4, 10, 20] }],
      predictions: [{ image: 0, box: [3, 4, 10, 20], score: 0.5 }],
    });
    const scorer = new WeightedAp(outcomesOf(set, params));
    expect(scorer.at(Int32Array.of(2, 0))[0]).toEqual({ ap: null, ap50: null });
    expect(scorer.at(Int32Array.of(0, 2))[0]).toEqual({ ap: 0, ap50: 0 });
    const nothing = new WeightedAp(outcomesOf(smallSet({ images: 0, classes: 0 }), params));
    expect(nothing.at(new Int32Array(0))[0]).toEqual({ ap: null, ap50: null });
  });
});

describe("long lists", () => {
  test.each(protocols)(
    "many hits between two recall levels are all looked at ($protocol)",
    (params) => {
      const large = { ...params, maxDets: [1000] };
      for (let seed = 1; seed <= 6; seed++) {
        const set = spreadSet(
          randomSet(seed, { images: 4, classes: 1, truth: 500, predictions: 800 }),
        );
        const scorer = new WeightedAp(outcomesOf(set, large));
        const weights = Int32Array.of(1, seed % 3, 2, 1);
        expectSame(scorer.at(weights), fullAps(repeated(set, weights), large));
      }
    },
  );

  test("hits far apart in the order by score are all counted", () => {
    // 40,000 candidates that overlap an object someone else took, and two hits at the ends.
    const near = Array.from({ length: 40_000 }, (_, i) => ({
      box: [0, 0, 20, 19] as const,
      score: 0.9 - i * 1e-6,
    }));
    const set = smallSet({
      truth: [{ box: [0, 0, 20, 20] }, { box: [100, 0, 20, 20] }],
      predictions: [
        { box: [0, 0, 20, 20], score: 1 },
        ...near,
        { box: [100, 0, 20, 20], score: 0.1 },
      ],
    });
    const params = { ...cocoParams, maxDets: [100_000] };
    const [all] = new WeightedAp(outcomesOf(set, params)).at(Int32Array.of(3));
    expect(all?.ap50).toBeCloseTo((51 + (50 * 2) / 40_002) / 101, 12);
    expect(headlineOf(params).range).toBe(0);
  });
});

/** Each object and its predictions in a place of their own, so that most are found; no two scores are equal. */
function spreadSet(set: EvaluationSet): EvaluationSet {
  const spread = (boxes: Float64Array) =>
    boxes.map((value, at) => (at % 4 === 0 ? 100 * ((at / 4) % 500) + value : value));
  const { truth, predictions } = set;
  const like = (row: number) => row % truth.image.length;
  const boxes = Float64Array.from({ length: predictions.boxes.length }, (_, at) => {
    const of = truth.boxes[4 * like(Math.floor(at / 4)) + (at % 4)]!;
    return at % 4 === 2 && at % 3 === 0 ? of - 2 : of;
  });
  return {
    ...set,
    truth: { ...truth, boxes: spread(truth.boxes) },
    predictions: {
      ...predictions,
      image: predictions.image.map((_, row) => truth.image[like(row)]!),
      boxes: spread(boxes),
      score: predictions.score.map((_, row) => ((row * 7919) % 1009) / 1009),
    },
  };
}
