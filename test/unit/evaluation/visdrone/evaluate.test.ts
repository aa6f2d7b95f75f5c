import { describe, expect, test } from "vitest";
import { visDroneParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { evaluateVisDrone } from "../../../../shared/evaluation/visdrone/evaluate.ts";
import { smallSet, type SmallSet } from "../failures/small-set.ts";

const evaluate = (small: SmallSet, maxDets: readonly number[] = visDroneParams.maxDets) =>
  evaluateVisDrone(smallSet(small), { ...visDroneParams, maxDets });
const summaryOf = (small: SmallSet, maxDets?: readonly number[]) =>
  evaluate(small, maxDets).summary;

const here: XywhPixels = [10, 20, 30, 10];
const there: XywhPixels = [110, 20, 30, 10];
const elsewhere: XywhPixels = [210, 20, 30, 10];

describe("VisDrone's scores", () => {
  test("a perfect prediction scores 1", () => {
    expect(summaryOf({ truth: [{ box: here }], predictions: [{ box: here, score: 0.7 }] })).toEqual(
      {
        AP: 1,
        AP50: 1,
        AP75: 1,
        AR1: 1,
        AR10: 1,
        AR100: 1,
        AR500: 1,
      },
    );
  });

  test("AP is the whole area under the envelope, not 101 points of it", () => {
    // Hits at ranks 1 and 3 of 3 objects: recall 1/3 at precision 1, 2/3 at 2/3.
    const summary = summaryOf({
      truth: [{ box: here }, { box: there }, { box: elsewhere }],
      predictions: [
        { box: here, score: 0.9 },
        { box: [300, 20, 30, 10], score: 0.8 },
        { box: there, score: 0.7 },
      ],
    });
    expect(summary["AP50"]).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 14);
    expect(summary["AR500"]).toBeCloseTo(2 / 3, 14);
  });

  test("the envelope lifts an early dip", () => {
    // false, hit, hit: precision 1/2 at recall 1/2 is lifted to 2/3.
    const summary = summaryOf({
      truth: [{ box: here }, { box: there }],
      predictions: [
        { box: elsewhere, score: 0.9 },
        { box: here, score: 0.8 },
        { box: there, score: 0.7 },
      ],
    });
    expect(summary["AP50"]).toBeCloseTo(2 / 3, 14);
  });

  test("the overlap is compared with the threshold without an epsilon, and 0.8 lies a hair lower", () => {
    // IoU 4/5 is a hit at 0.5 .. 0.8: seven of ten thresholds.
    const summary = summaryOf({
      truth: [{ box: [0, 0, 10, 10] }],
      predictions: [{ box: [0, 0, 8, 10], score: 0.5 }],
    });
    expect(summary["AP"]).toBeCloseTo(0.7, 14);
    expect(summary["AP50"]).toBe(1);
    expect(summary["AP75"]).toBe(1);
  });

  test("IoU has no +1 in widths", () => {
    // 5 of 10 columns: exactly 0.5.
    const summary = summaryOf({
      truth: [{ box: [0, 0, 10, 10] }],
      predictions: [{ box: [0, 0, 5, 10], score: 0.5 }],
    });
    expect(summary["AP"]).toBeCloseTo(0.1, 14);
  });
});

describe("VisDrone's maxDets", () => {
  test("keeps the first rows of the file whatever their scores", () => {
    const predictions = [
      { box: elsewhere, score: 0.1 },
      { box: here, score: 0.9 },
    ];
    const summary = summaryOf({ truth: [{ box: here }], predictions });
    expect(summary["AR1"]).toBe(0);
    expect(summary["AR10"]).toBe(1);
    expect(summary["AP"]).toBe(1);
  });

  test("counts the rows of all classes together", () => {
    const truth = [{ box: here }, { category: 1, box: there }];
    const predictions = [
      { box: here, score: 0.9 },
      { category: 1, box: there, score: 0.8 },
    ];
    // One image holds each class, so class 0 finds all and class 1 nothing at one row.
    expect(summaryOf({ classes: 2, truth, predictions })["AR1"]).toBe(0.5);
  });

  test("counts rows of classes that are not scored", () => {
    const predictions = [
      { category: -1, box: here, score: 0.9 },
      { box: here, score: 0.8 },
    ];
    const summary = summaryOf({ truth: [{ box: here }], predictions });
    expect(summary["AR1"]).toBe(0);
    expect(summary["AR10"]).toBe(1);
  });

  test("comes after the ignored regions, which free the places of what they drop", () => {
    const predictions = [
      { box: [400, 400, 20, 20] as const, score: 0.9 },
      { box: here, score: 0.8 },
    ];
    const small = { truth: [{ box: here }], predictions };
    expect(summaryOf(small)["AR1"]).toBe(0);
    expect(summaryOf({ ...small, regions: [{ box: [390, 390, 60, 60] }] })["AR1"]).toBe(1);
  });

  test("AP comes from the largest one only", () => {
    const predictions = [
      { box: elsewhere, score: 0.9 },
      { box: here, score: 0.8 },
    ];
    const summary = summaryOf({ truth: [{ box: here }], predictions }, [1, 2]);
    expect(summary).toEqual({ AP: 0.5, AP50: 0.5, AP75: 0.5, AR1: 0, AR2: 1 });
  });
});

describe("VisDrone's matching", () => {
  test("walks by score within an image and class, equal scores in file order", () => {
    // Both overlap the one object; the first of equal score takes it, the second is false.
    const truth = [{ box: here }];
    const worse: XywhPixels = [10, 20, 30, 9];
    const tied = summaryOf({
      truth,
      predictions: [
        { box: worse, score: 0.6 },
        { box: here, score: 0.6 },
      ],
    });
    // IoU 0.9 reaches every threshold but 0.95; there the second one hits at precision 1/2.
    expect(tied["AP"]).toBeCloseTo(0.95, 14);
    const ordered = summaryOf({
      truth,
      predictions: [
        { box: worse, score: 0.6 },
        { box: here, score: 0.61 },
      ],
    });
    expect(ordered["AP"]).toBe(1);
  });

  test("on equal overlap the later ground truth is taken", () => {
    // The first prediction overlaps both by 2/3; the second overlaps only the first object, by 0.8. Had the first
    // object been taken, the second prediction would be left with none at 0.5 .. 0.65.
    const small: SmallSet = {
      truth: [{ box: [0, 0, 10, 10] }, { box: [4, 0, 10, 10] }],
      predictions: [
        { box: [2, 0, 10, 10], score: 0.9 },
        { box: [0, 0, 10, 8], score: 0.8 },
      ],
    };
    expect(summaryOf(small)["AR500"]).toBeCloseTo((4 + 7) / 20, 14);
  });

  test("an ignored ground truth absorbs any number of predictions, by their own area", () => {
    const small = (ignore: boolean): SmallSet => ({
      truth: [{ box: here }, { box: [100, 100, 80, 80], ignore }],
      predictions: [
        { box: [110, 110, 10, 10], score: 0.9 },
        { box: [130, 130, 10, 10], score: 0.8 },
        { box: here, score: 0.7 },
      ],
    });
    // Precision 1 at recall 1/2: the ignored object stays in the divisor.
    expect(summaryOf(small(true))["AP"]).toBe(0.5);
    expect(summaryOf(small(true))["AR500"]).toBe(0.5);
    expect(summaryOf(small(false))["AP"]).toBeCloseTo(0.5 / 3, 14);
  });

  test("ground truth that counts is preferred to ignored ground truth of higher overlap", () => {
    const summary = summaryOf({
      truth: [{ box: [0, 0, 100, 100], ignore: true }, { box: [0, 0, 10, 6] }],
      predictions: [{ box: [0, 0, 10, 10], score: 0.9 }],
    });
    // 0.6 by IoU against 1 by own area: a hit at 0.5, 0.55 and 0.6, ignored above.
    expect(summary["AR500"]).toBeCloseTo(0.3 / 2, 14);
  });

  test("a prediction on 'others' stays a false positive, with or without the row", () => {
    const predictions = [
      { box: there, score: 0.9 },
      { box: here, score: 0.8 },
    ];
    const others = { category: -1, box: there, ignore: true };
    expect(summaryOf({ truth: [{ box: here }], predictions })["AP"]).toBe(0.5);
    expect(summaryOf({ truth: [others, { box: here }], predictions })["AP"]).toBe(0.5);
  });

  test("equal scores in two images keep the order of the images", () => {
    const truth = [{ image: 0, box: here }];
    const predictions = [
      { image: 1, box: here, score: 0.5 },
      { image: 0, box: here, score: 0.5 },
    ];
    expect(summaryOf({ images: 2, truth, predictions })["AP"]).toBe(1);
  });
});

describe("VisDrone's mean", () => {
  test("weighs a class by the images that hold it", () => {
    const truth = [
      { image: 0, box: here },
      { image: 1, box: here },
      { image: 2, box: here },
      { image: 2, box: there },
      { image: 2, category: 1, box: here },
    ];
    const predictions = [{ image: 2, category: 1, box: here, score: 0.5 }];
    // Class 0: AP 0 in three images; class 1: AP 1 in one image.
    const result = evaluate({ images: 3, classes: 3, truth, predictions });
    expect(result.summary["AP"]).toBe(0.25);
    expect(result.summary["AR1"]).toBe(0.25);
    expect(result.perClass.map(({ ap }) => ap)).toEqual([0, 1, null]);
    expect(result.perClass.map(({ truthCount }) => truthCount)).toEqual([4, 1, 0]);
    expect(result.truthCounts).toEqual([5]);
  });

  test("an object inside an ignored region does not make its image hold the class", () => {
    const truth = [
      { image: 0, box: here },
      { image: 1, category: 1, box: here },
      { image: 2, category: 1, box: here },
    ];
    const predictions = [{ image: 0, box: here, score: 0.5 }];
    const small = { images: 3, classes: 2, truth, predictions };
    expect(summaryOf(small)["AP"]).toBeCloseTo(1 / 3, 14);
    const regions = [{ image: 2, box: [1, 1, 90, 90] as const }];
    expect(summaryOf({ ...small, regions })["AP"]).toBe(0.5);
  });

  test("further area ranges are scored in COCO's manner and leave the first alone", () => {
    const small = smallSet({
      truth: [{ box: here }, { box: [100, 100, 50, 50] }],
      predictions: [
        { box: [100, 100, 50, 50], score: 0.9 },
        { box: [300, 300, 5, 5], score: 0.8 },
        { box: here, score: 0.7 },
      ],
    });
    const areaRanges = [
      { label: "all", low: 0, high: 1e10 },
      { label: "tiny", low: 0, high: 300 },
      { label: "big", low: 300, high: 1e10 },
    ];
    const { summary, truthCounts } = evaluateVisDrone(small, { ...visDroneParams, areaRanges });
    expect(summary["AP"]).toBeCloseTo(0.5 + 0.5 * (2 / 3), 14);
    // The big prediction is ignored among the tiny ones, the false one counts.
    expect(summary["AP_tiny"]).toBe(0.5);
    // Area 300 lies in both ranges; the false one is out of range.
    expect(summary["AP_big"]).toBe(1);
    expect(summary["AR_big"]).toBe(1);
    expect(truthCounts).toEqual([2, 1, 2]);
  });
});

describe("VisDrone's empty sets", () => {
  test("nothing at all has no score", () => {
    const nothing = evaluate({ images: 0, classes: 0 });
    expect(nothing.summary["AP"]).toBeNull();
    expect(nothing.perClass).toEqual([]);
    expect(evaluate({}).summary["AR500"]).toBeNull();
  });

  test("no predictions score 0, no ground truth has no score", () => {
    expect(summaryOf({ truth: [{ box: here }] })["AP"]).toBe(0);
    expect(summaryOf({ predictions: [{ box: here, score: 0.5 }] })["AP"]).toBeNull();
  });
});
