import { describe, expect, test } from "vitest";
import { cocoParams, visDroneParams } from "../../../../shared/domain/protocols.ts";
import {
  bootstrapAp,
  bootstrapDefaults,
  bootstrapDifference,
  differencesOf,
  drawScores,
  intervalsOf,
} from "../../../../shared/evaluation/confidence/bootstrap.ts";
import { outcomesOf } from "../../../../shared/evaluation/confidence/outcomes.ts";
import { seededRandom } from "../../../../shared/evaluation/confidence/seeded-random.ts";
import { WeightedAp } from "../../../../shared/evaluation/confidence/weighted-ap.ts";
import { evaluate } from "../../../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { randomSet } from "../failures/random-set.ts";
import { smallSet } from "../failures/small-set.ts";
import { fullAps, repeated, withoutTiesInImages } from "./plain-resample.ts";

const options = { resamples: 200, seed: 7, level: 0.95 };
const manyImages = (seed: number) =>
  randomSet(seed, { images: 40, classes: 2, truth: 160, predictions: 400 });

/** The set whose every n-th prediction is moved away. */
function worse(set: EvaluationSet, n: number): EvaluationSet {
  const boxes = set.predictions.boxes.slice();
  for (let p = 0; p < set.predictions.score.length; p += n) boxes[4 * p] = 9000;
  return { ...set, predictions: { ...set.predictions, boxes } };
}

describe("bootstrap intervals", () => {
  test.each([cocoParams, visDroneParams])(
    "hold the value and are not empty ($protocol)",
    (params) => {
      const set = manyImages(1);
      const [all] = bootstrapAp(set, params, options);
      const { AP: ap, AP50: ap50 } = evaluate(set, params).summary;
      expect(all?.label).toBe("all");
      expect(all?.ap?.value).toBeCloseTo(ap!, 12);
      expect(all?.ap50?.value).toBeCloseTo(ap50!, 12);
      expect(all!.ap!.low).toBeLessThan(ap!);
      expect(all!.ap!.high).toBeGreaterThan(ap!);
    },
  );

  test("are the same for the same seed, and others for another", () => {
    const set = manyImages(2);
    const first = bootstrapAp(set, cocoParams, options);
    expect(bootstrapAp(set, cocoParams, options)).toEqual(first);
    expect(bootstrapAp(set, cocoParams, { ...options, seed: 8 })).not.toEqual(first);
  });

  test("are wider for fewer images", () => {
    const width = (images: number) => {
      const set = randomSet(3, { images, classes: 1, truth: 4 * images, predictions: 8 * images });
      const [all] = bootstrapAp(set, cocoParams, options);
      return all!.ap!.high - all!.ap!.low;
    };
    expect(width(8)).toBeGreaterThan(1.5 * width(128));
  });

  test("parts drawn apart are those of the whole", () => {
    const set = manyImages(4);
    const draw = (from: number, to: number) => drawScores(set, cocoParams, { seed: 5, from, to });
    const parts = [draw(0, 7), draw(7, 20)];
    const drawn = Float64Array.from(parts.flatMap((part) => [...part.drawn]));
    expect(drawn).toEqual(draw(0, 20).drawn);
    expect(intervalsOf({ whole: parts[1]!.whole, drawn }, cocoParams)).toEqual(
      bootstrapAp(set, cocoParams, { resamples: 20, seed: 5, level: 0.95 }),
    );
  });

  test.each([cocoParams, visDroneParams])(
    "are of resamples that seed and number decide, each a set of the images drawn ($protocol)",
    ({ protocol, maxDets }) => {
      const areaRanges = [
        { label: "all", low: 0, high: 1e10 },
        { label: "tiny", low: 0, high: 300 },
        { label: "none", low: 5000, high: 6000 },
      ];
      const params = { protocol, maxDets, areaRanges };
      const set = withoutTiesInImages(
        randomSet(12, { images: 6, classes: 2, truth: 30, predictions: 70 }),
      );
      const done: number[] = [];
      const onResample = (count: number) => done.push(count);
      const { whole, drawn } = drawScores(set, params, { seed: 11, from: 3, to: 8, onResample });
      expect(done).toEqual([1, 2, 3, 4, 5]);
      const resamples = [3, 4, 5, 6, 7].map((number) => {
        const random = seededRandom(Math.imul(11, 0x9e3779b1) + Math.imul(number, 0x85ebca6b));
        const weights = new Int32Array(6);
        for (let i = 0; i < 6; i++) weights[Math.floor(6 * random())]!++;
        return repeated(set, weights);
      });
      const flat = (of: EvaluationSet) =>
        fullAps(of, params).flatMap(({ ap, ap50 }) => [ap ?? NaN, ap50 ?? NaN]);
      const expectClose = (actual: Float64Array, expected: number[]) => {
        expect(actual).toHaveLength(expected.length);
        expected.forEach((value, i) => {
          expect(actual[i]! - value || 0, `value ${i}`).toBeCloseTo(0, 12);
          expect(Number.isNaN(actual[i])).toBe(Number.isNaN(value));
        });
      };
      expectClose(whole, flat(set));
      expectClose(drawn, resamples.flatMap(flat));
    },
  );

  test("hold the value of all images counted once, to the last bit", () => {
    const box = [1, 2, 30, 40] as const;
    const set = smallSet({ truth: [{ box }], predictions: [{ box, score: 0.5 }] });
    const [once] = new WeightedAp(outcomesOf(set, cocoParams)).at(Int32Array.of(1));
    expect(bootstrapAp(set, cocoParams, options)[0]?.ap?.value).toBe(once!.ap);
  });

  test("are of 1000 resamples of seed 1 unless told otherwise, and hold 95 of 100", () => {
    const set = randomSet(13, { images: 5, classes: 1, truth: 15, predictions: 30 });
    const plain = { resamples: 1000, seed: 1, level: 0.95 };
    expect(bootstrapAp(set, cocoParams)).toEqual(bootstrapAp(set, cocoParams, plain));
    let count = 0;
    const onResample = (done: number) => (count = done);
    bootstrapAp(set, cocoParams, { ...bootstrapDefaults, onResample });
    expect(count).toBe(1000);
  });

  test("percentiles are interpolated between resamples", () => {
    const params = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const drawn = Float64Array.from([0.3, 9, 0.1, 9, 0.2, 9, NaN, 9, 0.5, 9]);
    const [all] = intervalsOf({ whole: Float64Array.of(0.25, 9), drawn }, params, 0.5);
    // 0.1, 0.2, 0.3, 0.5: a quarter and three quarters of the way.
    expect(all?.ap?.low).toBeCloseTo(0.175, 14);
    expect(all?.ap?.high).toBeCloseTo(0.35, 14);
  });

  test("each range has its own two columns", () => {
    const range = (label: string) => ({ label, low: 0, high: 1e10 });
    const params = { ...cocoParams, areaRanges: [range("a"), range("b"), range("c")] };
    // Columns: AP and AP50 of a, of b, of c.
    const whole = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6);
    const drawn = Float64Array.of(
      ...[0.11, 0.22, 0.33, 0.44, 0.55, 0.66],
      ...[0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
    );
    expect(intervalsOf({ whole, drawn }, params, 1)).toEqual([
      {
        label: "a",
        ap: { value: 0.1, low: 0.01, high: 0.11 },
        ap50: { value: 0.2, low: 0.02, high: 0.22 },
      },
      {
        label: "b",
        ap: { value: 0.3, low: 0.03, high: 0.33 },
        ap50: { value: 0.4, low: 0.04, high: 0.44 },
      },
      {
        label: "c",
        ap: { value: 0.5, low: 0.05, high: 0.55 },
        ap50: { value: 0.6, low: 0.06, high: 0.66 },
      },
    ]);
  });

  test("progress is told after each resample", () => {
    const seen: number[] = [];
    bootstrapAp(manyImages(5), cocoParams, {
      ...options,
      resamples: 3,
      onResample: (done) => seen.push(done),
    });
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("the difference of two runs", () => {
  test("of a run and itself is nothing, and within noise", () => {
    const set = manyImages(6);
    const [all] = bootstrapDifference(set, set, cocoParams, options);
    expect(all?.ap).toEqual({ value: 0, low: 0, high: 0 });
    expect(all?.withinNoise).toBe(true);
  });

  test("is told from noise where one run is clearly worse, in both directions", () => {
    const set = manyImages(7);
    const bad = worse(set, 2);
    const [down] = bootstrapDifference(set, bad, cocoParams, options);
    expect(down?.withinNoise).toBe(false);
    expect(down!.ap!.high).toBeLessThan(0);
    const [up] = bootstrapDifference(bad, set, cocoParams, options);
    expect(up!.ap!.low).toBeCloseTo(-down!.ap!.high, 12);
  });

  test("is narrower than the intervals of the runs, since the images are the same", () => {
    const set = manyImages(8);
    const near = worse(set, 50);
    const [difference] = bootstrapDifference(set, near, cocoParams, options);
    const [alone] = bootstrapAp(set, cocoParams, options);
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(difference!.ap!)).toBeLessThan(0.5 * width(alone!.ap!));
  });

  test("needs the same images", () => {
    const set = manyImages(9);
    const ids = [...set.imageIds];
    const others = {
      all: ids.map((id) => id + 1),
      one: ids.map((id, i) => (i === 17 ? id + 1 : id)),
      more: [...ids, 9999],
      fewer: ids.slice(0, -1),
    };
    for (const [what, imageIds] of Object.entries(others))
      expect(
        () => bootstrapDifference(set, { ...set, imageIds }, cocoParams, options),
        what,
      ).toThrowError(
        expect.objectContaining({
          code: "evaluation/other-images",
          message: `The runs have 40 and ${imageIds.length} images, or other ones; compare runs of one dataset.`,
        }),
      );
  });

  test("is that of the same resamples, from the first on", () => {
    const set = randomSet(10, { images: 5, classes: 1, truth: 15, predictions: 30 });
    const other = worse(set, 3);
    const [before, after] = [set, other].map((of) =>
      drawScores(of, cocoParams, { seed: 4, from: 0, to: 2 }),
    );
    expect(
      bootstrapDifference(set, other, cocoParams, { resamples: 2, seed: 4, level: 0.9 }),
    ).toEqual(differencesOf(before!, after!, cocoParams, 0.9));
  });

  test("of drawn scores is taken resample by resample", () => {
    const params = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const before = { whole: Float64Array.of(0.3, 0.4), drawn: Float64Array.of(0.3, 0.4, 0.1, 0.2) };
    const after = { whole: Float64Array.of(0.4, 0.6), drawn: Float64Array.of(0.5, 0.4, 0.2, 0.9) };
    const [all] = differencesOf(before, after, params, 1);
    expect(all?.ap?.value).toBeCloseTo(0.1, 14);
    expect(all?.ap?.low).toBeCloseTo(0.1, 14);
    expect(all?.ap?.high).toBeCloseTo(0.2, 14);
    expect(all?.ap50?.low).toBe(0);
    expect(all?.withinNoise).toBe(false);
  });
});

describe("sets with little in them", () => {
  test("nothing, no predictions, no ground truth, one image", () => {
    const [nothing] = bootstrapAp(smallSet({ images: 0, classes: 0 }), cocoParams, options);
    expect(nothing).toEqual({ label: "all", ap: null, ap50: null });
    const truth = [{ box: [1, 2, 30, 40] as const }];
    const [missed] = bootstrapAp(smallSet({ truth }), cocoParams, options);
    expect(missed?.ap).toEqual({ value: 0, low: 0, high: 0 });
    const predictions = [{ box: [1, 2, 30, 40] as const, score: 0.5 }];
    expect(bootstrapAp(smallSet({ predictions }), cocoParams, options)[0]?.ap).toBeNull();
    const [one] = bootstrapAp(smallSet({ truth, predictions }), cocoParams, options);
    expect(one?.ap50?.low).toBe(one?.ap50?.high);
  });

  test("a range that most resamples miss has no interval", () => {
    const params = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const whole = Float64Array.of(0.2, 0.3);
    const held = (n: number) =>
      Float64Array.from({ length: 10 }, (_, i) => (i < 2 * n ? 0.1 * (i + 1) : NaN));
    expect(intervalsOf({ whole, drawn: held(2) }, params)[0]).toEqual({
      label: "all",
      ap: null,
      ap50: null,
    });
    expect(intervalsOf({ whole, drawn: held(3) }, params)[0]?.ap?.value).toBe(0.2);
  });

  test("a range that exactly half of the resamples hold has one, be it of one resample", () => {
    const params = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const whole = Float64Array.of(0.2, 0.3);
    const drawn = Float64Array.of(NaN, NaN, 0.1, 0.4);
    expect(intervalsOf({ whole, drawn }, params)[0]).toEqual({
      label: "all",
      ap: { value: 0.2, low: 0.1, high: 0.1 },
      ap50: { value: 0.3, low: 0.4, high: 0.4 },
    });
  });

  test("without a value of all images, or without resamples, there is no interval", () => {
    const params = { ...cocoParams, areaRanges: [{ label: "all", low: 0, high: 1e10 }] };
    const none = { label: "all", ap: null, ap50: null };
    const drawn = Float64Array.of(0.1, 0.4, 0.2, 0.5);
    expect(intervalsOf({ whole: Float64Array.of(NaN, NaN), drawn }, params)).toEqual([none]);
    const empty = new Float64Array(0);
    expect(intervalsOf({ whole: Float64Array.of(0.2, 0.3), drawn: empty }, params)).toEqual([none]);
    const before = { whole: Float64Array.of(NaN, 0.3), drawn };
    const after = { whole: Float64Array.of(0.2, 0.3), drawn };
    expect(differencesOf(before, after, params)).toEqual([
      { label: "all", ap: null, ap50: { value: 0, low: 0, high: 0 }, withinNoise: null },
    ]);
  });

  test("a resample without the one image that holds objects has no score", () => {
    const set = smallSet({ images: 9, truth: [{ box: [1, 2, 100, 100] }] });
    const { drawn } = drawScores(set, cocoParams, { seed: 1, from: 0, to: 60 });
    const missing = drawn.filter((score, i) => i % 8 === 0 && Number.isNaN(score)).length;
    expect(missing).toBeGreaterThan(5);
    expect(missing).toBeLessThan(40);
  });
});
