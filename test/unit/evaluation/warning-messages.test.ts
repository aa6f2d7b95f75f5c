import { expect, test } from "vitest";
import {
  cocoParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../../shared/evaluation/types.ts";
import { evaluationWarnings } from "../../../shared/evaluation/warnings.ts";
import { smallSet } from "./failures/small-set.ts";
import { warningsOf } from "./warnings-of.ts";

/** `n` boxes side by side that overlap none of another image's rows. */
const row = (n: number, rest: { image?: number; category?: number } = {}, y = 0) =>
  Array.from({ length: n }, (_, i) => ({ ...rest, box: [30 * i, y, 10, 10] as XywhPixels }));
const falling = <Box>(boxes: readonly Box[]) =>
  boxes.map((box, i) => ({ ...box, score: 0.9 - i / 40 }));

test("nothing to score, and nothing to score with, are said in words", () => {
  expect(warningsOf({ images: 0, classes: 0 })).toEqual([
    {
      code: "annotations/none",
      message: "There are no annotations, so there is nothing to score.",
      count: 0,
    },
  ]);
  expect(warningsOf({ truth: row(3) })).toEqual([
    {
      code: "predictions/none",
      message: "There are no predictions, so every object is missed and AP is 0.",
      count: 0,
    },
  ]);
  // One prediction is one.
  expect(warningsOf({ truth: row(1), predictions: falling(row(1)) })).toEqual([]);
});

test("an AP of 0 that no other reading explains says what was tried", () => {
  expect(warningsOf({ truth: row(4), predictions: falling(row(4, {}, 4000)) })).toEqual([
    {
      code: "predictions/no-match",
      message:
        "AP is 0: no prediction overlaps an object of its class by half or more. Other readings of the boxes, classes and images were tried and did not help; check that the predictions belong to these images.",
      count: 4,
    },
  ]);
});

test.each<[string, readonly XywhPixels[], boolean]>([
  [
    "all inside",
    [
      [0.1, 0.2, 0.3, 0.4],
      [0.5, 0.1, 0.2, 0.6],
    ],
    true,
  ],
  ["up to 1.5, the slack", [[0.5, 0.25, 1, 1.25]], true],
  [
    "one too far right",
    [
      [0.1, 0.2, 0.3, 0.4],
      [0.9, 0.1, 0.7, 0.2],
    ],
    false,
  ],
  [
    "one too far down",
    [
      [0.1, 0.2, 0.3, 0.4],
      [0.1, 0.9, 0.2, 0.7],
    ],
    false,
  ],
  [
    "the first too far right, the second inside",
    [
      [0.9, 0.1, 0.7, 0.2],
      [0.1, 0.2, 0.3, 0.4],
    ],
    false,
  ],
  [
    "the first too far down, the second inside",
    [
      [0.1, 0.9, 0.2, 0.7],
      [0.1, 0.2, 0.3, 0.4],
    ],
    false,
  ],
  ["sizes that reach past 1.5 only with their corners", [[1.2, 0.1, 0.4, 0.2]], false],
  ["wide only by its corner", [[0, 0, 2, 0.5]], false],
  ["tall only by its corner", [[0, 0, 0.5, 2]], false],
])("annotations look relative: %s", (_, boxes, isRelative) => {
  const found = warningsOf({ truth: boxes.map((box) => ({ box })) }).filter(
    ({ code }) => code === "annotations/normalised",
  );
  const what = boxes.length === 1 ? "1 box" : `${boxes.length} boxes`;
  expect(found).toEqual(
    isRelative
      ? [
          {
            code: "annotations/normalised",
            message: `All ${what} of the annotations lie between 0 and 1.5, so they look relative to the image size. Boxes are expected in pixels.`,
            count: boxes.length,
          },
        ]
      : [],
  );
});

test("objects beyond maxDets are told by image and class for COCO", () => {
  const crowd = { maxDets: [3], ...{ protocol: "coco" as const } };
  const params = { ...cocoParams, ...crowd };
  const one = { images: 2, classes: 2, truth: [...row(5), ...row(3, { image: 1, category: 1 })] };
  expect(warningsOf({ ...one, predictions: falling(row(3)) }, params)).toEqual([
    {
      code: "objects/beyond-max-dets",
      message:
        "2 objects cannot be found: AP takes the 3 best predictions of an image and class, and 1 image and class has more objects. A larger maxDets would count them.",
      count: 2,
    },
  ]);
  const two = {
    ...one,
    truth: [...row(5), ...row(4, { image: 1, category: 1 }), ...row(2, { image: 1 })],
  };
  expect(warningsOf({ ...two, predictions: falling(row(3)) }, params)[0]?.message).toBe(
    "3 objects cannot be found: AP takes the 3 best predictions of an image and class, and 2 images and classes have more objects. A larger maxDets would count them.",
  );
});

test("objects and predictions beyond maxDets are told by image for VisDrone", () => {
  const params = { ...visDroneParams, maxDets: [2, 3] };
  const truth = [...row(2), ...row(2, { category: 1 }, 50), ...row(3, { image: 1 })];
  const small = { images: 2, classes: 2, truth, predictions: falling(truth) };
  expect(warningsOf(small, params)).toEqual([
    {
      code: "objects/beyond-max-dets",
      message:
        "1 object cannot be found: AP takes the 3 first predictions of an image, and 1 image has more objects. A larger maxDets would count them.",
      count: 1,
    },
    {
      code: "detections/beyond-max-dets",
      message: "Not scored: 1 prediction. Only the 3 first of each image count for AP.",
      count: 1,
    },
  ]);
  const more = [...truth, ...row(2, { image: 1, category: 1 }, 50)];
  const [objects, detections] = warningsOf(
    { ...small, truth: more, predictions: falling(more) },
    params,
  );
  expect(objects?.message).toBe(
    "3 objects cannot be found: AP takes the 3 first predictions of an image, and 2 images have more objects. A larger maxDets would count them.",
  );
  expect(detections?.message).toBe(
    "Not scored: 3 predictions. Only the 3 first of each image count for AP.",
  );
});

test("rows of classes that VisDrone does not score take places of an image, but no place of a class", () => {
  const set = smallSet({ classes: 1, truth: row(3), predictions: falling(row(3)) });
  const others: EvaluationSet = {
    ...set,
    predictions: { ...set.predictions, category: Int32Array.of(-1, 0, -1) },
  };
  const visDrone = { ...visDroneParams, maxDets: [2] };
  const codes = (params: EvaluationParams) =>
    evaluationWarnings(others, evaluate(set, params)).map(({ code, count }) => [code, count]);
  expect(codes(visDrone)).toEqual([
    ["objects/beyond-max-dets", 1],
    ["detections/beyond-max-dets", 1],
  ]);
  expect(codes({ ...cocoParams, maxDets: [2] })).toEqual([["objects/beyond-max-dets", 1]]);
});

test("predictions beyond maxDets of one image and class, for COCO", () => {
  const small = {
    classes: 2,
    truth: row(2),
    predictions: falling([...row(4), ...row(2, { category: 1 })]),
  };
  const found = warningsOf(small, { ...cocoParams, maxDets: [3] });
  expect(found).toContainEqual({
    code: "detections/beyond-max-dets",
    message: "Not scored: 1 prediction. Only the 3 best of each image and class count for AP.",
    count: 1,
  });
});

test("places are counted in the same way where images times classes are too many for a table", () => {
  // 3,000 classes in 1,500 images: 4.5 million cells, of which three hold rows.
  const small = {
    images: 1500,
    classes: 3000,
    truth: [...row(4, { image: 7, category: 2999 }), ...row(3, { image: 1499, category: 5 })],
    predictions: falling([...row(5, { image: 7, category: 2999 }), ...row(2, { image: 8 }, 50)]),
  };
  const set = smallSet(small);
  // A result of the first classes alone: the arrays of 3,000 are not needed here.
  const result = {
    ...evaluate(smallSet({ truth: row(1) }), { ...cocoParams, maxDets: [2] }),
    perClass: [],
    summary: { AP50: 0.5 },
  };
  const found = evaluationWarnings(set, result).map(({ code, count, message }) => [
    code,
    count,
    message.slice(0, 9),
  ]);
  expect(found).toEqual([
    ["objects/beyond-max-dets", 3, "3 objects"],
    ["detections/beyond-max-dets", 3, "Not score"],
  ]);
  expect(evaluationWarnings(set, result)[0]?.message).toContain("2 images and classes have more");
});

test("VisDrone's rows in the wrong order: equal scores are in order, and one image is one", () => {
  const params = { ...visDroneParams, maxDets: [1, 2] };
  const scores = (all: readonly number[]) => {
    const boxes = [...row(3), ...row(3, { image: 1 })];
    return warningsOf(
      {
        images: 2,
        truth: row(2).concat(row(2, { image: 1 })),
        predictions: boxes.map((box, i) => ({ ...box, score: all[i]! })),
      },
      params,
    ).filter(({ code }) => code === "predictions/unsorted");
  };
  expect(scores([0.5, 0.4, 0.4, 0.6, 0.5, 0.3])).toEqual([]);
  // Only the rows beyond the limit lose anything: the second of an image may be the better one.
  expect(scores([0.5, 0.7, 0.2, 0.6, 0.5, 0.3])).toEqual([]);
  const message = (images: string) =>
    `In ${images} better predictions stand below the first 2 rows and are cut: VisDrone keeps rows in file order. Sort them by falling score.`;
  expect(scores([0.5, 0.4, 0.45, 0.6, 0.5, 0.3])).toEqual([
    { code: "predictions/unsorted", message: message("1 image"), count: 1 },
  ]);
  expect(scores([0.5, 0.4, 0.45, 0.6, 0.5, 0.7])).toEqual([
    { code: "predictions/unsorted", message: message("2 images"), count: 2 },
  ]);
});

test("objects beyond the detector's queries are summed over images; as many as queries is fine", () => {
  const truth = [...row(5), ...row(4, { image: 1 }), ...row(3, { image: 2 })];
  const small = { images: 3, truth, predictions: falling(row(5)) };
  expect(warningsOf(small, cocoParams, { queryCount: 3 })).toEqual([
    {
      code: "objects/beyond-query-count",
      message:
        "3 objects cannot be found: the detector gives at most 3 boxes an image, and 2 images have more objects.",
      count: 3,
    },
  ]);
  expect(warningsOf(small, cocoParams, { queryCount: 1 })[0]?.message).toContain(
    "at most 1 box an",
  );
  expect(warningsOf(small, cocoParams, { queryCount: 5 })).toEqual([]);
});

test("more than five classes without annotations are shortened; one is called it", () => {
  const many = { classes: 8, truth: row(2), predictions: falling(row(2)) };
  expect(warningsOf(many)).toEqual([
    {
      code: "classes/without-truth",
      message:
        "7 classes have no annotations and stay out of the mean: class 1, class 2, class 3, class 4, class 5, …. Not scored: 0 predictions of them.",
      count: 7,
    },
  ]);
  const six = warningsOf({ ...many, classes: 6 });
  expect(six[0]?.message).toContain("class 4, class 5. Not scored");
  const one = warningsOf({
    ...many,
    classes: 2,
    predictions: falling([...row(2), ...row(3, { category: 1 })]),
  });
  expect(one).toEqual([
    {
      code: "classes/without-truth",
      message:
        "1 class has no annotations and stays out of the mean: class 1. Not scored: 3 predictions of it.",
      count: 1,
    },
  ]);
});

test("areas: a pixel or a hundredth is rounding, whichever is more; the words follow the number", () => {
  const areaOf = (box: XywhPixels, area: number) =>
    warningsOf({ truth: [{ box, area }], predictions: [{ box, score: 0.9 }] });
  const small: XywhPixels = [5, 5, 8, 5];
  const large: XywhPixels = [5, 5, 60, 50];
  expect(areaOf(small, 41)).toEqual([]);
  expect(areaOf(small, 39)).toEqual([]);
  expect(areaOf(large, 3030)).toEqual([]);
  expect(areaOf(small, 41.5)).toEqual([
    {
      code: "areas/not-box-area",
      message:
        "1 annotation has an area that is not width x height, though no mask is there; 0 of them fall into another size bucket by it.",
      count: 1,
    },
  ]);
  expect(areaOf(large, 3031)[0]?.code).toBe("areas/not-box-area");
  // 1,000 square pixels is small for COCO, 3,000 medium.
  expect(areaOf(large, 1000)[0]?.message).toContain("; 1 of them falls into another size bucket");
  const two = warningsOf({
    truth: row(2).map((object) => ({ ...object, area: 90 })),
    predictions: falling(row(2)),
  });
  expect(two[0]?.message).toContain("2 annotations have an area");
});

test("one score for all says which and of how many; two may be alike", () => {
  const alike = (n: number) =>
    warningsOf({ truth: row(n), predictions: row(n).map((box) => ({ ...box, score: 0.25 })) });
  expect(alike(1)).toEqual([]);
  expect(alike(2)).toEqual([
    {
      code: "predictions/one-score",
      message: "All 2 predictions have the score 0.25, so their order in the file decides AP.",
      count: 2,
    },
  ]);
});

test.each([
  [7, "7"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
])("%i is written %s", (n, written) => {
  const small = { truth: row(2), predictions: falling(row(2)) };
  const [first] = warningsOf(small, cocoParams, { unknownImages: n });
  expect(first?.message).toContain(`Left out: ${written} predictions`);
});
