import { describe, expect, test } from "vitest";
import { errorTypes } from "../../../../shared/domain/help/errors.ts";
import { cocoParams, sodaDParams, visDroneParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import {
  classifyErrors,
  errorCodes,
  HIT,
  LEFT_OUT,
  tideOptions,
} from "../../../../shared/evaluation/errors/classify.ts";
import { reportErrors, type ErrorGains } from "../../../../shared/evaluation/errors/tide.ts";
import { randomSet } from "../failures/random-set.ts";
import { smallSet, type SmallSet } from "../failures/small-set.ts";
import { plainTide, type PlainTide } from "./plain-tide.ts";

const here: XywhPixels = [10, 20, 30, 10];
const there: XywhPixels = [110, 20, 30, 10];
const elsewhere: XywhPixels = [210, 20, 30, 10];

const report = (small: SmallSet) => reportErrors(smallSet(small), cocoParams);
const outcomes = (small: SmallSet) => [...classifyErrors(smallSet(small), cocoParams).outcome];

describe("error types", () => {
  test("each rule by hand", () => {
    const predictions = (
      [
        [here, 0, HIT],
        [[10, 20, 29, 10], 0, errorCodes.dupe],
        [[110, 20, 28, 10], 0, errorCodes.cls],
        [[25, 20, 30, 10], 0, errorCodes.loc],
        [[125, 20, 30, 10], 0, errorCodes.both],
        [[138, 20, 30, 10], 0, errorCodes.bkg],
        [elsewhere, 1, errorCodes.bkg],
      ] as const
    ).map(([box, category, code], i) => ({ box, category, code, score: 0.9 - i / 10 }));
    const small = { classes: 2, truth: [{ box: here }, { category: 1, box: there }], predictions };
    expect(outcomes(small)).toEqual(predictions.map(({ code }) => code));
  });

  test("an IoU of exactly 0.5 with a taken object is a poor box, not a duplicate", () => {
    const small = {
      truth: [{ box: here }],
      predictions: [
        { box: here, score: 0.9 },
        { box: [10, 20, 15, 10] as const, score: 0.8 },
      ],
    };
    expect(outcomes(small)).toEqual([HIT, errorCodes.loc]);
  });

  test("an IoU of exactly 0.1 is a poor box for its class and background for another", () => {
    const truth = [{ box: [0, 0, 100, 10] as const }];
    const box = [0, 0, 10, 10] as const;
    expect(outcomes({ truth, predictions: [{ box, score: 0.9 }] })).toEqual([errorCodes.loc]);
    const other = { classes: 2, truth, predictions: [{ category: 1, box, score: 0.9 }] };
    expect(outcomes(other)).toEqual([errorCodes.bkg]);
  });

  test("a poor box is tested before the wrong class", () => {
    const small = {
      classes: 2,
      truth: [{ box: [22, 20, 30, 10] as const }, { category: 1, box: here }],
      predictions: [{ box: here, score: 0.9 }],
    };
    expect(outcomes(small)).toEqual([errorCodes.loc]);
  });

  test("only the best predictions of an image are kept, over all classes", () => {
    const small = smallSet({
      classes: 2,
      truth: [{ box: here }],
      predictions: [
        { box: here, score: 0.5 },
        { category: 1, box: elsewhere, score: 0.9 },
        { category: 1, box: there, score: 0.8 },
      ],
    });
    const two = classifyErrors(small, cocoParams, { ...tideOptions, maxDets: 2 });
    expect([...two.outcome]).toEqual([LEFT_OUT, errorCodes.bkg, errorCodes.bkg]);
    expect([...two.order]).toEqual([1, 2]);
  });

  test("a prediction in an ignore region is not seen by AP but can explain a miss", () => {
    const small: SmallSet = {
      truth: [{ box: [0, 0, 10, 10] }, { box: [0, 0, 200, 200], crowd: true }],
      predictions: [{ box: [0, 0, 10, 25], score: 0.9 }],
    };
    const { types, ap, totals } = report(small).overall;
    expect(ap).toBe(0);
    expect(types.loc).toEqual({ count: 1, dap: 1 });
    expect(types.miss.count).toBe(0);
    expect(totals["false-positives"]).toBe(0);
  });

  test("VisDrone's ignored regions and SODA-D's ignore flag act as those protocols say", () => {
    const small = smallSet({
      truth: [{ box: here }, { box: there, ignore: true }],
      predictions: [
        { box: here, score: 0.9 },
        { box: there, score: 0.8 },
      ],
      regions: [{ box: [1, 1, 60, 60] }],
    });
    const visDrone = classifyErrors(small, visDroneParams);
    expect([...visDrone.counts]).toEqual([0, 0]);
    expect([...visDrone.outcome]).toEqual([LEFT_OUT, errorCodes.bkg]);
    expect([...visDrone.unseen]).toEqual([0, 1]);
    const sodaD = classifyErrors(small, sodaDParams);
    expect([...sodaD.outcome]).toEqual([HIT, errorCodes.bkg]);
  });
});

describe("what a repair gains", () => {
  test("a wrong class, by hand", () => {
    // Class 0: one object, found with the wrong class; class 1: one object, found behind that false alarm.
    const { overall, classes } = report({
      classes: 2,
      truth: [{ box: here }, { category: 1, box: there }],
      predictions: [
        { category: 1, box: here, score: 0.9 },
        { category: 1, box: there, score: 0.8 },
      ],
    });
    expect(overall.ap).toBeCloseTo(0.25, 14);
    expect(overall.types.cls).toEqual({ count: 1, dap: 0.75 });
    expect(overall.types.miss).toEqual({ count: 0, dap: 0 });
    // Taking the object of class 0 out leaves that class empty, and the mean is class 1's.
    expect(overall.totals["false-negatives"]).toBeCloseTo(0.25, 14);
    expect(overall.totals["false-positives"]).toBeCloseTo(0.25, 14);
    expect(classes.map(({ ap, types }) => [ap, types.cls])).toEqual([
      [0, { count: 0, dap: 1 }],
      [0.5, { count: 1, dap: 0.5 }],
    ]);
  });

  test("of several predictions aimed at one object only the best is repaired", () => {
    const { types } = report({
      truth: [{ box: here }],
      predictions: [
        { box: [10, 20, 14, 10], score: 0.9 },
        { box: [10, 20, 13, 10], score: 0.8 },
      ],
    }).overall;
    expect(types.loc).toEqual({ count: 2, dap: 1 });
  });

  test("a class without objects counts as 0 until its false alarms are removed", () => {
    const { ap, types } = report({
      classes: 2,
      truth: [{ box: here }],
      predictions: [
        { box: here, score: 0.9 },
        { category: 1, box: elsewhere, score: 0.8 },
      ],
    }).overall;
    expect(ap).toBe(0.5);
    expect(types.bkg).toEqual({ count: 1, dap: 0.5 });
  });

  test("false positives moved last still make up a class without objects", () => {
    const { ap, totals } = report({
      classes: 2,
      truth: [{ box: here }, { box: there }],
      predictions: [
        { category: 1, box: elsewhere, score: 0.9 },
        { box: elsewhere, score: 0.8 },
        { box: here, score: 0.7 },
        { box: there, score: 0.6 },
      ],
    }).overall;
    // Class 0: both hits behind one false alarm, then before it; class 1 stays 0.
    expect(ap).toBeCloseTo((2 / 3 + 0) / 2, 14);
    expect(totals["false-positives"]).toBeCloseTo((1 - 2 / 3) / 2, 14);
  });

  test("a class of which AP sees nothing is not there, before and after", () => {
    const { ap, types, totals } = report({
      classes: 2,
      truth: [{ box: here }, { category: 1, box: there, crowd: true }],
      predictions: [
        { box: here, score: 0.9 },
        { category: 1, box: [112, 22, 9, 7], score: 0.8 },
      ],
    }).overall;
    expect(ap).toBe(1);
    expect(types.bkg).toEqual({ count: 1, dap: 0 });
    expect(totals["false-positives"]).toBe(0);
  });

  test("a missed object", () => {
    const { types } = report({
      truth: [{ box: here }, { box: there }],
      predictions: [{ box: here, score: 0.9 }],
    }).overall;
    // 51 of 101 recall points are reached with one of two objects.
    expect(types.miss.count).toBe(1);
    expect(types.miss.dap).toBeCloseTo(1 - 51 / 101, 14);
  });

  test("area ranges are sets of their own, and every error is in the range of its object", () => {
    const { buckets } = report({
      truth: [{ box: here }, { box: [300, 0, 60, 60] }],
      predictions: [
        { box: [300, 0, 25, 60], score: 0.9 },
        { box: [500, 0, 9, 9], score: 0.8 },
        { box: here, score: 0.7 },
      ],
    });
    const [all, small, medium, large] = buckets;
    expect(all?.types.loc.count).toBe(1);
    expect(small?.label).toBe("small");
    expect(small?.ap).toBe(0.5);
    expect(small?.types.bkg).toEqual({ count: 1, dap: 0.5 });
    expect(small?.types.loc.count).toBe(0);
    expect(medium?.ap).toBe(0);
    expect(medium?.types.loc).toEqual({ count: 1, dap: 1 });
    expect(large?.ap).toBeNull();
  });
});

describe("agreement with the plain version", () => {
  const expectPlain = (fast: ErrorGains, plain: PlainTide, where: string) => {
    expect(fast.ap ?? 0, where).toBeCloseTo(plain.ap / 100, 12);
    for (const type of errorTypes) {
      expect(fast.types[type].count, `${type} of ${where}`).toBe(plain.types[type]!.count);
      expect(fast.types[type].dap, `${type} of ${where}`).toBeCloseTo(
        plain.types[type]!.dap / 100,
        12,
      );
    }
    expect(fast.totals["false-positives"], where).toBeCloseTo(plain.falsePositives / 100, 12);
    expect(fast.totals["false-negatives"], where).toBeCloseTo(plain.falseNegatives / 100, 12);
  };

  test("on many small crowded sets with score ties", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 150; seed++) {
      const set = randomSet(seed, { images: 3, classes: 3, truth: 14, predictions: 40 });
      const maxDets = seed % 2 === 0 ? 100 : 9;
      const fast = reportErrors(set, cocoParams, { ...tideOptions, maxDets }).overall;
      const plain = plainTide(set, set.truth.crowd, maxDets);
      expectPlain(fast, plain, `seed ${seed}`);
      for (const type of errorTypes) if (fast.types[type].dap > 0) seen.add(type);
    }
    expect(seen.size).toBe(errorTypes.length);
  });

  test("in every area range, objects and boxes on the borders included", () => {
    // Areas of boxes of the sets below: each border is in two ranges.
    const areaRanges = [
      { label: "least", low: 64, high: 256 },
      { label: "more", low: 256, high: 512 },
      { label: "most", low: 512, high: 1e10 },
    ];
    for (let seed = 201; seed <= 240; seed++) {
      const set = randomSet(seed, { images: 3, classes: 2, truth: 16, predictions: 50 });
      const { buckets } = reportErrors(set, { ...cocoParams, areaRanges });
      areaRanges.forEach((range, a) => {
        const plain = plainTide(set, set.truth.crowd, 100, range);
        expect(buckets[a]!.label).toBe(range.label);
        expectPlain(buckets[a]!, plain, `${range.label}, seed ${seed}`);
      });
    }
  });
});

describe("empty sets", () => {
  test("nothing, no predictions, no ground truth", () => {
    expect(report({ images: 0, classes: 0 }).overall.ap).toBeNull();
    const missed = report({ truth: [{ box: here }] }).overall;
    expect(missed.ap).toBe(0);
    // The class is empty without its object, so no AP is left to compare with.
    expect(missed.types.miss).toEqual({ count: 1, dap: 0 });
    const alone = report({ predictions: [{ box: here, score: 0.5 }] }).overall;
    expect(alone.ap).toBe(0);
    expect(alone.types.bkg.count).toBe(1);
    expect(alone.truthCount).toBe(0);
  });

  test("what holds neither objects nor predictions has nothing to gain", () => {
    const nothing = {
      ap: null,
      truthCount: 0,
      types: Object.fromEntries(errorTypes.map((type) => [type, { count: 0, dap: 0 }])),
      totals: { "false-positives": 0, "false-negatives": 0 },
    };
    const { overall, classes, buckets } = report({
      classes: 2,
      truth: [{ category: 1, box: here }],
      predictions: [{ category: 1, box: here, score: 0.5 }],
    });
    expect(overall.ap).toBe(1);
    expect(classes[0]).toEqual({ categoryId: 3, name: "class 0", ...nothing });
    expect(buckets[3]).toEqual({ label: "large", ...nothing });
    expect(report({ classes: 2 }).overall).toEqual(nothing);
  });
});
