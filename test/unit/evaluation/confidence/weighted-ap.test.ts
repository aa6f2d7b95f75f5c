import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../../shared/domain/protocols.ts";
import { outcomesOf } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { WeightedAp } from "../../../../shared/evaluation/confidence/weighted-ap.ts";
import { evaluate } from "../../../../shared/evaluation/evaluate.ts";
import { headlineOf } from "../../../../shared/evaluation/summarize.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { randomNumbers, randomSet } from "../failures/random-set.ts";
import { smallSet } from "../failures/small-set.ts";

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

/** AP and AP at 0.5 by range, from a full evaluation with each range as the headline in turn. */
function fullAps(set: EvaluationSet, params: EvaluationParams) {
  return params.areaRanges.map((range) => {
    const only = { ...params, areaRanges: [{ ...range, label: "all" }] };
    const { summary } = evaluate(set, only);
    return { ap: summary["AP"] ?? null, ap50: summary["AP50"] ?? null };
  });
}

/** The set with image i repeated weights[i] times, the copies side by side. */
function repeated(set: EvaluationSet, weights: Int32Array): EvaluationSet {
  const copies: number[] = [];
  weights.forEach((count, i) => copies.push(...new Array<number>(count).fill(i)));
  const rowsOf = (image: Int32Array) =>
    copies.flatMap((original, copy) =>
      [...image.keys()].filter((row) => image[row] === original).map((row) => ({ row, copy })),
    );
  const truth = rowsOf(set.truth.image);
  const predictions = rowsOf(set.predictions.image);
  const boxesOf = (boxes: Float64Array, rows: readonly { row: number }[]) =>
    Float64Array.from(rows.flatMap(({ row }) => [...boxes.subarray(4 * row, 4 * row + 4)]));
  return {
    ...set,
    imageIds: copies.map((_, copy) => copy + 1),
    truth: {
      image: Int32Array.from(truth, ({ copy }) => copy),
      category: Int32Array.from(truth, ({ row }) => set.truth.category[row]!),
      boxes: boxesOf(set.truth.boxes, truth),
      area: Float64Array.from(truth, ({ row }) => set.truth.area[row]!),
      crowd: Uint8Array.from(truth, ({ row }) => set.truth.crowd[row]!),
      ignore: Uint8Array.from(truth, ({ row }) => set.truth.ignore[row]!),
    },
    predictions: {
      image: Int32Array.from(predictions, ({ copy }) => copy),
      category: Int32Array.from(predictions, ({ row }) => set.predictions.category[row]!),
      boxes: boxesOf(set.predictions.boxes, predictions),
      score: Float64Array.from(predictions, ({ row }) => set.predictions.score[row]!),
    },
  };
}

/** No two equal scores in one image, yet many between images. */
function withoutTiesInImages(set: EvaluationSet): EvaluationSet {
  const next = new Map<number, number>();
  const score = Float64Array.from(set.predictions.image, (image) => {
    const place = (next.get(image) ?? 0) + 1;
    next.set(image, place);
    return ((place * 17) % 31) / 31;
  });
  return { ...set, predictions: { ...set.predictions, score } };
}

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
