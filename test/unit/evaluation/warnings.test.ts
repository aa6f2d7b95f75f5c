import { describe, expect, test } from "vitest";
import { cocoParams, sodaDParams, visDroneParams } from "../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import { evaluationWarnings } from "../../../shared/evaluation/warnings.ts";
import { smallSet, type SmallSet } from "./failures/small-set.ts";
import { warningsOf } from "./warnings-of.ts";

const codesOf = (...args: Parameters<typeof warningsOf>) =>
  warningsOf(...args).map(({ code }) => code);

/** Nine objects of three classes in three images, none like another. */
const objects = Array.from({ length: 9 }, (_, i) => ({
  image: i % 3,
  category: Math.floor(i / 3),
  box: [13 + 61 * i, 170 - 17 * i, 20 + i, 11 + 2 * i] as XywhPixels,
}));
const base: SmallSet = { images: 3, classes: 3, truth: objects };
const scored = (
  change: (object: (typeof objects)[number]) => Partial<(typeof objects)[number]>,
) => ({
  ...base,
  sizes: [
    [700, 200],
    [640, 210],
    [650, 240],
  ] as const,
  predictions: objects.map((object, i) => ({ ...object, ...change(object), score: 0.9 - i / 20 })),
});

describe("a set that matches", () => {
  test("has no warnings", () => {
    expect(warningsOf(scored(() => ({})))).toEqual([]);
  });
});

describe("the likely cause of an AP near zero", () => {
  const cases: [string, string, SmallSet][] = [
    [
      "x1, y1, x2, y2",
      "predictions/read-as-xyxy",
      scored(({ box: [x, y, w, h] }) => ({ box: [x, y, x + w, y + h] })),
    ],
    [
      "the centre",
      "predictions/read-as-centre",
      scored(({ box: [x, y, w, h] }) => ({ box: [x + w / 2, y + h / 2, w, h] })),
    ],
    [
      "swapped axes",
      "predictions/swapped-axes",
      scored(({ box: [x, y, w, h] }) => ({ box: [y, x, h, w] })),
    ],
    ["scale", "predictions/scale", scored(({ box }) => ({ box: box.map((v) => v / 2) as never }))],
    [
      "relative boxes",
      "predictions/scale",
      scored(({ image, box: [x, y, w, h] }) => {
        const [width, height] = [
          [700, 200],
          [640, 210],
          [650, 240],
        ][image] as [number, number];
        return { box: [x / width, y / height, w / width, h / height] };
      }),
    ],
    ["images", "predictions/image-shift", scored(({ image }) => ({ image: (image + 1) % 3 }))],
    [
      "classes",
      "predictions/class-mismatch",
      scored(({ category }) => ({ category: (2 * category + 1) % 3 === 1 ? 2 : 0 })),
    ],
  ];

  test.each(cases)("%s", (_, code, small) => {
    const [first] = warningsOf(small);
    expect(first?.code).toBe(code);
    expect(first?.message).toMatch(/^If .*, \d of 9 sampled objects are found instead of \d\./);
    expect(first?.count).toBeGreaterThan(2);
  });

  test("class ids that are off by one", () => {
    const predictions = objects.map(({ category, ...object }, i) => ({
      ...object,
      category: Math.max(1, category) - 1,
      score: 0.9 - i / 20,
    }));
    const truth = objects.map(({ category, ...object }) => ({
      ...object,
      category: Math.max(1, category),
    }));
    // A shift means something only between ids that follow one another.
    const set = { ...smallSet({ ...base, truth, predictions }), categoryIds: [1, 2, 3] };
    const [first] = evaluationWarnings(set, evaluate(set, cocoParams));
    expect(first?.code).toBe("predictions/class-shift");
    expect(first?.message).toContain("raised by one, 9 of 9");
  });

  test("is not guessed where nothing helps", () => {
    const far = scored(() => ({ box: [5000, 5000, 7, 3] }));
    const [first] = warningsOf(far);
    expect(first?.code).toBe("predictions/no-match");
  });

  test("is not looked for where enough is found", () => {
    const half = scored(({ box, category }) => ({ box: category < 2 ? box : [600, 3, 9, 9] }));
    expect(codesOf(half)).toEqual([]);
  });
});

describe("boxes and records", () => {
  test("relative annotations", () => {
    const [first] = warningsOf({ truth: [{ box: [0.1, 0.2, 0.3, 0.1] }] }).filter(
      ({ code }) => code === "annotations/normalised",
    );
    expect(first?.message).toContain("All 1 box of the annotations");
  });

  test("relative predictions where no picture size is known", () => {
    const { sizes: _, ...small } = scored(({ box }) => ({ box: box.map((v) => v / 999) as never }));
    expect(codesOf(small)).toEqual(["predictions/normalised"]);
  });

  test("predictions of unknown images and classes", () => {
    const found = warningsOf(
      scored(() => ({})),
      cocoParams,
      {
        unknownImages: 1234,
        unknownClasses: 1,
      },
    );
    expect(found).toEqual([
      {
        code: "predictions/unknown-image",
        message: "Left out: 1,234 predictions whose image id is not in the ground truth.",
        count: 1234,
      },
      {
        code: "predictions/unknown-class",
        message: "Left out: 1 prediction whose class id is not in the ground truth.",
        count: 1,
      },
    ]);
  });

  test("areas that are not width x height, and how many change their bucket", () => {
    const small = scored(() => ({}));
    const truth = objects.map((object, i) => ({ ...object, area: i < 4 ? 5000 : 231 + i }));
    const odd = warningsOf({ ...small, truth }).find(({ code }) => code === "areas/not-box-area");
    expect(odd?.count).toBe(9);
    expect(odd?.message).toContain("4 of them fall into another size bucket");
    expect(codesOf({ ...small, truth }, cocoParams, { hasMasks: true })).toEqual([]);
  });

  test("areas of rounded boxes are no reason to warn", () => {
    const small = scored(() => ({}));
    const truth = objects.map(({ box, ...rest }) => ({ ...rest, box, area: box[2] * box[3] + 1 }));
    expect(codesOf({ ...small, truth })).toEqual([]);
  });

  test("classes without annotations are named", () => {
    const small = { ...scored(() => ({})), classes: 5 };
    const predictions = [
      ...(small.predictions ?? []),
      { category: 4, box: [1, 2, 3, 4] as const, score: 0.1 },
    ];
    expect(warningsOf({ ...small, predictions })).toEqual([
      {
        code: "classes/without-truth",
        message:
          "2 classes have no annotations and stay out of the mean: class 3, class 4. Not scored: 1 prediction of them.",
        count: 2,
      },
    ]);
  });

  test("one score for all predictions", () => {
    const small = scored(() => ({}));
    const predictions = (small.predictions ?? []).map((row) => ({ ...row, score: 1 }));
    expect(codesOf({ ...small, predictions })).toEqual(["predictions/one-score"]);
  });
});

describe("limits on the number of boxes", () => {
  const row = (n: number, y: number) =>
    Array.from({ length: n }, (_, i) => ({ box: [30 * i, y, 10, 10] as XywhPixels }));

  test("objects and predictions beyond maxDets, of one image and class", () => {
    const small = {
      truth: row(7, 0),
      predictions: row(9, 0).map((box, i) => ({ ...box, score: 0.9 - i / 20 })),
    };
    const found = warningsOf(small, { ...sodaDParams, maxDets: [4, 8] });
    expect(found.map(({ code, count }) => [code, count])).toEqual([
      ["objects/beyond-max-dets", 3],
      ["detections/beyond-max-dets", 5],
    ]);
    expect(found[0]?.message).toContain("the 4 best predictions of an image and class");
    expect(codesOf(small, { ...cocoParams, maxDets: [4, 9] })).toEqual([]);
  });

  test("VisDrone's limit is for all classes of an image, in file order", () => {
    const small = {
      classes: 2,
      truth: [...row(2, 0), ...row(3, 50).map((box) => ({ ...box, category: 1 }))],
      predictions: [...row(2, 0), ...row(3, 50).map((box) => ({ ...box, category: 1 }))].map(
        (box, i) => ({ ...box, score: i === 4 ? 0.8 : 0.7 - i / 10 }),
      ),
    };
    const found = warningsOf(small, { ...visDroneParams, maxDets: [4] });
    expect(found.map(({ code, count }) => [code, count])).toEqual([
      ["objects/beyond-max-dets", 1],
      ["detections/beyond-max-dets", 1],
      ["predictions/unsorted", 1],
    ]);
    // A region that drops the first prediction makes room for the last one.
    const regions = [{ box: [1, 1, 12, 12] as const }];
    expect(codesOf({ ...small, regions }, { ...visDroneParams, maxDets: [4] })).toEqual([]);
  });

  test("objects beyond the detector's queries", () => {
    const small = {
      truth: row(7, 0),
      predictions: row(5, 0).map((box, i) => ({ ...box, score: 0.9 - i / 20 })),
    };
    expect(warningsOf(small, cocoParams, { queryCount: 5 })).toEqual([
      {
        code: "objects/beyond-query-count",
        message:
          "2 objects cannot be found: the detector gives at most 5 boxes an image, and 1 image has more objects.",
        count: 2,
      },
    ]);
  });
});

describe("empty sets", () => {
  test("say what is missing", () => {
    expect(codesOf({ images: 0, classes: 0 })).toEqual(["annotations/none"]);
    expect(codesOf({ truth: [{ box: [1, 2, 30, 40] }] })).toEqual(["predictions/none"]);
    expect(codesOf({ predictions: [{ box: [1, 2, 30, 40], score: 0.4 }] })).toEqual([
      "annotations/none",
    ]);
  });
});
