import { describe, expect, test } from "vitest";
import {
  cocoParams,
  sodaDParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../shared/domain/protocols.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { smallSet } from "./small-set.ts";

/** One hit has precision 1 / (1 + epsilon), a hair below 1; parity with pycocotools checks the hair. */
const ONE: number = expect.closeTo(1, 12) as number;

const box = [11, 23, 36, 48] as const; // 1728 square pixels: medium
const far = [400, 300, 36, 48] as const;

describe("COCO", () => {
  test("one label and one perfect prediction", () => {
    const { summary, truthCounts } = evaluate(
      smallSet([{ box }], [{ box, score: 0.7 }]),
      cocoParams,
    );
    expect(summary).toEqual({
      AP: ONE,
      AP50: ONE,
      AP75: ONE,
      APs: null,
      APm: ONE,
      APl: null,
      AR1: 1,
      AR10: 1,
      AR100: 1,
      ARs: null,
      ARm: 1,
      ARl: null,
    });
    expect(truthCounts).toEqual([1, 0, 1, 0]);
  });

  test("labels without predictions score 0, predictions without labels nothing", () => {
    expect(evaluate(smallSet([{ box }], []), cocoParams).summary).toMatchObject({
      AP: 0,
      AR100: 0,
      APs: null,
    });
    const { summary } = evaluate(smallSet([], [{ box, score: 0.7 }]), cocoParams);
    expect(new Set(Object.values(summary))).toEqual(new Set([null]));
  });

  test("an empty set, without images or classes, scores nothing", () => {
    const { summary, perClass } = evaluate(smallSet([], [], { images: 0, classes: 0 }), cocoParams);
    expect(summary["AP"]).toBeNull();
    expect(perClass).toEqual([]);
  });

  test("a false alarm above the only hit halves precision, one below does nothing", () => {
    const guesses = [
      { box: far, score: 0.9 },
      { box, score: 0.7 },
      { box: far, score: 0.3 },
    ];
    const { summary } = evaluate(smallSet([{ box }], guesses), cocoParams);
    expect(summary["AP"]).toBe(0.5);
    expect(summary["AR1"]).toBe(0);
    expect(summary["AR10"]).toBe(1);
  });

  test("IoU exactly on a threshold is a hit there and a false alarm above", () => {
    // 36 x 48 against 36 x 24 inside it: IoU 0.5.
    const half = [11, 23, 36, 24] as const;
    const { summary } = evaluate(smallSet([{ box }], [{ box: half, score: 0.7 }]), cocoParams);
    expect(summary["AP50"]).toEqual(ONE);
    expect(summary["AP75"]).toBe(0);
    expect(summary["AR100"]).toBe(0.1);
  });

  test("of two labels that fit equally well the later one is taken", () => {
    // The later is small by its area, so the small range tells which was taken.
    const labels = [
      { box, area: 2000 },
      { box, area: 1000 },
    ];
    const { summary } = evaluate(smallSet(labels, [{ box, score: 0.7 }]), cocoParams);
    expect(summary["ARs"]).toBe(1);
    expect(summary["ARm"]).toBe(1); // apart: in the medium range the small one is ignored
    expect(summary["AR100"]).toBe(0.5);
  });

  test("a crowd region absorbs predictions without false positives, any number of them", () => {
    const crowd = { box: [0, 0, 300, 300] as const, crowd: true };
    const inside = [
      { box: [100, 100, 20, 20] as const, score: 0.9 },
      { box: [150, 100, 20, 20] as const, score: 0.8 },
      { box, score: 0.7 },
    ];
    const { summary } = evaluate(smallSet([crowd, { box }], inside), cocoParams);
    expect(summary["AP"]).toEqual(ONE);
  });

  test("a label is preferred over a crowd of higher overlap", () => {
    const crowd = { box, crowd: true };
    const shifted = { box: [11, 23, 36, 40] as const };
    const { summary } = evaluate(smallSet([crowd, shifted], [{ box, score: 0.7 }]), cocoParams);
    expect(summary["AP50"]).toEqual(ONE);
  });

  test("the file's own ignore flag has no effect", () => {
    const set = smallSet([{ box, ignore: true }], [{ box, score: 0.7 }]);
    expect(evaluate(set, cocoParams).summary["AP"]).toEqual(ONE);
  });

  test("an area of 1024 is small and medium, one of 9216 medium and large", () => {
    const labels = [{ box: [0, 0, 32, 32] as const }, { box: [100, 0, 96, 96] as const, image: 1 }];
    expect(evaluate(smallSet(labels, []), cocoParams).truthCounts).toEqual([2, 1, 2, 1]);
  });

  test("predictions beyond maxDets of an image and class do not exist", () => {
    const guesses = [
      { box: far, score: 0.9 },
      { box, score: 0.7 },
    ];
    const params: EvaluationParams = { ...cocoParams, maxDets: [1] };
    const { summary } = evaluate(smallSet([{ box }], guesses), params);
    expect(summary).toMatchObject({ AP: 0, AR1: 0 });
    expect(Object.keys(summary).filter((name) => /^AR\d/.test(name))).toEqual(["AR1"]);
  });

  test("equal scores are ordered by image, then by place in the file", () => {
    // Were image 1 first, the false alarm would come after the hit.
    const guesses = [
      { box, image: 1, score: 0.5 },
      { box: far, image: 0, score: 0.5 },
    ];
    const { summary } = evaluate(smallSet([{ box, image: 1 }], guesses), cocoParams);
    expect(summary["AP"]).toBe(0.5);
  });

  test("classes are scored apart and averaged; one without labels stays out", () => {
    const labels = [{ box }, { box: far, category: 1 }];
    const guesses = [
      { box, score: 0.7 },
      { box, category: 2, score: 0.6 },
    ];
    const set = smallSet(labels, guesses, { classes: 3 });
    const { summary, perClass } = evaluate(set, cocoParams);
    expect(summary["AP"]).toBeCloseTo(0.5, 12);
    expect(perClass.map(({ ap }) => ap)).toEqual([ONE, 0, null]);
    expect(perClass[0]).toEqual({
      categoryId: 3,
      name: "class 0",
      truthCount: 1,
      predictionCount: 1,
      ap: ONE,
      ap50: ONE,
      ap75: ONE,
      ar: 1,
      areas: { all: ONE, small: null, medium: ONE, large: null },
    });
    expect(perClass.map(({ predictionCount }) => predictionCount)).toEqual([1, 0, 1]);
  });

  test("scores at recall 0 are the first prediction's, even an ignored one", () => {
    const params: EvaluationParams = {
      protocol: "coco",
      areaRanges: [{ label: "small", low: 0, high: 1024 }],
      maxDets: [100],
    };
    const small = [5, 5, 20, 20] as const;
    const guesses = [
      { box: far, score: 0.9 }, // outside the range: ignored
      { box: small, score: 0.7 },
    ];
    const { arrays } = evaluate(smallSet([{ box: small }], guesses), params);
    expect([...arrays!.scores.subarray(0, 3)]).toEqual([0.9, 0.7, 0.7]);
    expect(arrays!.precision[0]).toEqual(ONE);
  });

  test("inputs are left as they were", () => {
    const set = smallSet([{ box }, { box: far }], [{ box, score: 0.7 }]);
    const before = structuredClone(set);
    evaluate(set, cocoParams);
    expect(set).toEqual(before);
  });
});

describe("names of custom ranges and maxDets", () => {
  test("each range has AP_ and AR_, AP stays over the range called all", () => {
    const params: EvaluationParams = {
      protocol: "coco",
      areaRanges: [
        { label: "tiny", low: 0, high: 256 },
        { label: "all", low: 0, high: 1e10 },
      ],
      maxDets: [3, 50],
    };
    const { summary } = evaluate(smallSet([{ box }], [{ box, score: 0.7 }]), params);
    expect(summary).toEqual({
      AP: ONE,
      AP50: ONE,
      AP75: ONE,
      AP_tiny: null,
      AP_all: ONE,
      AR3: 1,
      AR50: 1,
      AR_tiny: null,
      AR_all: 1,
    });
  });

  test("without a range called all, AP is over the first", () => {
    const params: EvaluationParams = {
      ...cocoParams,
      areaRanges: [{ label: "tiny", low: 0, high: 256 }],
    };
    const { summary } = evaluate(smallSet([{ box }], [{ box, score: 0.7 }]), params);
    expect(summary["AP"]).toBeNull();
  });
});

describe("SODA-D", () => {
  const small = [11, 23, 20, 20] as const; // 400 square pixels

  test("its fourteen values; 400 is rS and gS; objects above 1024 only count as N", () => {
    const labels = [{ box: small }, { box: far, image: 1 }];
    const { summary, truthCounts } = evaluate(
      smallSet(labels, [{ box: small, score: 0.7 }]),
      sodaDParams,
    );
    expect(summary).toEqual({
      AP: ONE,
      AP50: ONE,
      AP75: ONE,
      AP_eS: null,
      AP_rS: ONE,
      AP_gS: ONE,
      AP_N: 0,
      AR100: 1,
      AR300: 1,
      AR1000: 1,
      AR_eS: null,
      AR_rS: 1,
      AR_gS: 1,
      AR_N: 0,
    });
    expect(truthCounts).toEqual([1, 0, 1, 1, 1]);
  });

  test("the ignore flag counts, and absorbs one prediction only", () => {
    const labels = [{ box: small, ignore: true }, { box: [100, 100, 20, 20] as const }];
    const guesses = [
      { box: small, score: 0.9 },
      { box: small, score: 0.8 },
      { box: [100, 100, 20, 20] as const, score: 0.7 },
    ];
    expect(evaluate(smallSet(labels, guesses), sodaDParams).summary["AP"]).toBe(0.5);
  });

  test("crowd has no effect", () => {
    const set = smallSet([{ box: small, crowd: true }], [{ box: small, score: 0.7 }]);
    expect(evaluate(set, sodaDParams).summary["AP"]).toEqual(ONE);
  });

  test("AP is taken at 100 predictions, AR1000, bucket ARs and class values at 1000", () => {
    const guesses = Array.from({ length: 101 }, (_, n) => ({
      box: n === 100 ? small : ([300, 300, 20, 20] as const),
      score: 1 - n / 1000,
    }));
    const { summary, perClass } = evaluate(smallSet([{ box: small }], guesses), sodaDParams);
    expect(summary).toMatchObject({ AP: 0, AP_rS: 0, AR100: 0, AR300: 1, AR1000: 1, AR_rS: 1 });
    expect(perClass[0]!.ar).toBe(1);
    expect(perClass[0]!.ap).toBe(1 / 101);
  });
});

test.each([cocoParams, visDroneParams])(
  "the parts of the time that it took are no more than the whole, by $protocol",
  (params) => {
    const set = smallSet([{ box }], [{ box, score: 0.7 }]);
    const began = performance.now();
    const { timings } = evaluate(set, params);
    const whole = performance.now() - began;
    expect(Math.min(timings.evaluate, timings.accumulate)).toBeGreaterThanOrEqual(0);
    expect(timings.evaluate + timings.accumulate).toBeLessThanOrEqual(whole);
  },
);

test("each class has its own count of labels and predictions, AP at one threshold, by size, and recall", () => {
  // IoUs of 0.52 (only 0.5 is reached), 0.76 (six thresholds) and 1.
  const wide = (share: number) => [11, 23, 100 * share, 40] as const;
  const labels = [0, 1, 1, 2, 2, 2].map((category, i) => ({
    category,
    image: i % 2,
    box: [11, 23 + 50 * i, 100, 40] as const,
  }));
  const guesses = [
    { category: 0, image: 0, box: wide(0.52), score: 0.9 },
    { category: 1, image: 1, box: [11, 73, 76, 40] as const, score: 0.8 },
    { category: 1, image: 0, box: [11, 123, 76, 40] as const, score: 0.7 },
    { category: 2, image: 1, box: [11, 173, 100, 40] as const, score: 0.9 },
    { category: 2, image: 1, box: [300, 373, 100, 40] as const, score: 0.1 },
    { category: 2, image: 1, box: [500, 373, 100, 40] as const, score: 0.1 },
  ];
  const { perClass } = evaluate(smallSet(labels, guesses, { classes: 4 }), cocoParams);
  const third = expect.closeTo(34 / 101, 12) as number;
  expect(
    perClass.map(({ name, truthCount, predictionCount, ap, ap50, ap75, ar, areas }) => [
      name,
      [truthCount, predictionCount],
      [ap, ap50, ap75, ar],
      areas,
    ]),
  ).toEqual([
    [
      "class 0",
      [1, 1],
      [expect.closeTo(0.1, 12), ONE, 0, expect.closeTo(0.1, 12)],
      {
        all: expect.closeTo(0.1, 12) as number,
        small: null,
        medium: expect.closeTo(0.1, 12) as number,
        large: null,
      },
    ],
    [
      "class 1",
      [2, 2],
      [expect.closeTo(0.6, 12), ONE, ONE, expect.closeTo(0.6, 12)],
      {
        all: expect.closeTo(0.6, 12) as number,
        small: null,
        medium: expect.closeTo(0.6, 12) as number,
        large: null,
      },
    ],
    [
      "class 2",
      [3, 3],
      [third, third, third, expect.closeTo(1 / 3, 12)],
      { all: third, small: null, medium: third, large: null },
    ],
    [
      "class 3",
      [0, 0],
      [null, null, null, null],
      { all: null, small: null, medium: null, large: null },
    ],
  ]);
});

test("VisDrone's rules are its own: recall divides by ignored objects too", () => {
  const set = smallSet([{ box }, { box: far, ignore: true }], [{ box, score: 0.7 }]);
  expect(evaluate(set, visDroneParams).summary["AR500"]).toBe(0.5);
  expect(evaluate(set, cocoParams).summary["AR100"]).toBe(0.5);
  expect(evaluate(set, visDroneParams).arrays).toBeNull();
});

test.each([
  ["a label", { label: "tiny", low: 0, high: 1024 }],
  ["a lower end", { label: "small", low: 1, high: 1024 }],
  ["an upper end", { label: "small", low: 0, high: 1000 }],
])("names of their own are for COCO's own ranges: %s differs", (_, second) => {
  const [all, , medium, large] = cocoParams.areaRanges;
  const named = (areaRanges: EvaluationParams["areaRanges"]) =>
    Object.keys(evaluate(smallSet([{ box }], []), { ...cocoParams, areaRanges }).summary).filter(
      (name) => name.startsWith("AP") && !/\d/.test(name),
    );
  expect(named(cocoParams.areaRanges)).toEqual(["AP", "APs", "APm", "APl"]);
  expect(named([all!, second, medium!, large!])).toEqual([
    "AP",
    "AP_all",
    `AP_${second.label}`,
    "AP_medium",
    "AP_large",
  ]);
  expect(named(cocoParams.areaRanges.slice(0, 3))).toEqual([
    "AP",
    "AP_all",
    "AP_small",
    "AP_medium",
  ]);
});
