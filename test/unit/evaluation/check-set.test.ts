import { describe, expect, test } from "vitest";
import {
  cocoParams,
  visDroneParams,
  type EvaluationParams,
} from "../../../shared/domain/protocols.ts";
import { checkSet } from "../../../shared/evaluation/check-set.ts";
import { evaluate } from "../../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../../shared/evaluation/types.ts";
import { smallSet } from "./small-set.ts";

const box = [11, 23, 36, 48] as const;

function sound(): EvaluationSet {
  return smallSet(
    [{ box }, { box, image: 1 }],
    [
      { box, score: 0.7 },
      { box, image: 1, score: 0.6 },
      { box, image: 1, score: 0.5 },
    ],
  );
}

type Change = (set: EvaluationSet) => EvaluationSet;

const truth =
  (change: Partial<EvaluationSet["truth"]>): Change =>
  (set) => ({ ...set, truth: { ...set.truth, ...change } });
const predictions =
  (change: Partial<EvaluationSet["predictions"]>): Change =>
  (set) => ({ ...set, predictions: { ...set.predictions, ...change } });

const refused: [what: string, change: Change, message: string][] = [
  [
    "truth.category too short",
    truth({ category: new Int32Array(1) }),
    "truth.category has 1 entries, but truth.image asks for 2.",
  ],
  [
    "truth.boxes too short",
    truth({ boxes: new Float64Array(7) }),
    "truth.boxes has 7 entries, but truth.image asks for 8.",
  ],
  [
    "truth.area too long",
    truth({ area: new Float64Array(3) }),
    "truth.area has 3 entries, but truth.image asks for 2.",
  ],
  [
    "truth.crowd too short",
    truth({ crowd: new Uint8Array(0) }),
    "truth.crowd has 0 entries, but truth.image asks for 2.",
  ],
  [
    "truth.ignore too short",
    truth({ ignore: new Uint8Array(1) }),
    "truth.ignore has 1 entries, but truth.image asks for 2.",
  ],
  [
    "predictions.category too long",
    predictions({ category: new Int32Array(4) }),
    "predictions.category has 4 entries, but predictions.image asks for 3.",
  ],
  [
    "predictions.boxes too short",
    predictions({ boxes: new Float64Array(11) }),
    "predictions.boxes has 11 entries, but predictions.image asks for 12.",
  ],
  [
    "predictions.score too short",
    predictions({ score: new Float64Array(2) }),
    "predictions.score has 2 entries, but predictions.image asks for 3.",
  ],
  [
    "more names than classes",
    (set) => ({ ...set, categoryNames: ["a", "b"] }),
    "categoryNames has 2 entries, but categoryIds asks for 1.",
  ],
  [
    "an unknown image in the truth",
    truth({ image: Int32Array.of(0, 2) }),
    "truth[1].image is 2; expected an index from 0 to 1.",
  ],
  [
    "an unknown class in the truth",
    truth({ category: Int32Array.of(1, 0) }),
    "truth[0].category is 1; expected an index from 0 to 0.",
  ],
  [
    "an image of -1 in the predictions",
    predictions({ image: Int32Array.of(0, 1, -1) }),
    "predictions[2].image is -1; expected an index from 0 to 1.",
  ],
  [
    "a class of -1 in the predictions",
    predictions({ category: Int32Array.of(0, -1, 0) }),
    "predictions[1].category is -1; expected an index from 0 to 0.",
  ],
  [
    "a score that is not a number",
    predictions({ score: Float64Array.of(0.5, 0.6, NaN) }),
    "predictions[2].score is NaN; expected a finite number.",
  ],
  [
    "an infinite score",
    predictions({ score: Float64Array.of(Infinity, 0.6, 0.5) }),
    "predictions[0].score is Infinity; expected a finite number.",
  ],
  [
    "a negative area",
    truth({ area: Float64Array.of(1728, -1) }),
    "truth[1].area is -1; expected a number of square pixels, 0 or more.",
  ],
  [
    "an infinite area",
    truth({ area: Float64Array.of(Infinity, 1) }),
    "truth[0].area is Infinity; expected a number of square pixels, 0 or more.",
  ],
];

const badBoxes: [what: string, box: number[]][] = [
  ["negative width", [1, 2, -3, 4]],
  ["negative height", [1, 2, 3, -4]],
  ["a bottom edge out of all bounds", [0, 1.5e308, 1, 1.5e308]],
  ["x that is not a number", [NaN, 2, 3, 4]],
  ["y that is not a number", [1, NaN, 3, 4]],
  ["height that is not a number", [1, 2, 3, NaN]],
  ["infinite y", [1, -Infinity, 3, 4]],
  ["an area beyond the range of doubles", [1, 2, 1e200, 1e200]],
  ["an area that vanishes", [1, 2, 1e-200, 1e-200]],
  ["a right edge beyond the range of doubles", [1.7e308, 2, 1.7e308, 1e-10]],
];

describe("sets that are not sound are refused, naming the record", () => {
  test("the sound set passes", () => {
    expect(() => checkSet(sound(), cocoParams)).not.toThrow();
  });

  test.each(refused)("%s", (_, change, message) => {
    expect(() => evaluate(change(sound()), cocoParams)).toThrow(message);
  });

  test.each(badBoxes)("a box with %s", (_, bad) => {
    const boxes = sound().predictions.boxes.slice();
    boxes.set(bad, 4);
    expect(() => checkSet(predictions({ boxes })(sound()), cocoParams)).toThrow(
      `predictions[1].box is [${bad.join(", ")}]; expected finite x, y, width, height`,
    );
    const labels = sound().truth.boxes.slice();
    labels.set(bad, 0);
    expect(() => checkSet(truth({ boxes: labels })(sound()), cocoParams)).toThrow("truth[0].box");
  });

  test("boxes of no width or height are allowed", () => {
    const boxes = Float64Array.of(1, 2, 0, 4, 1, 2, 3, 0, 1, 2, 0, 0);
    expect(() => checkSet(predictions({ boxes })(sound()), cocoParams)).not.toThrow();
  });

  test("the error tells code, columns, row, field and value", () => {
    const change = predictions({ score: Float64Array.of(0.5, NaN, 0.5) });
    expect(() => checkSet(change(sound()), cocoParams)).toThrow(
      expect.objectContaining({
        code: "evaluation/bad-value",
        details: { columns: "predictions", row: 1, field: "score", value: NaN },
      }) as Error,
    );
  });

  test("VisDrone may hold rows of no class", () => {
    const change = predictions({ category: Int32Array.of(0, -1, 0) });
    expect(() => checkSet(change(sound()), visDroneParams)).not.toThrow();
    const lower = predictions({ category: Int32Array.of(0, -2, 0) });
    expect(() => checkSet(lower(sound()), visDroneParams)).toThrow("from -1 to 0");
  });
});

const range = { label: "a", low: 0, high: 9 };
const badParams: [what: string, params: Partial<EvaluationParams>, message: string][] = [
  ["no range", { areaRanges: [] }, "There are 0 area ranges; give 1 to 16."],
  [
    "seventeen ranges",
    { areaRanges: Array.from({ length: 17 }, (_, i) => ({ ...range, label: `${i}` })) },
    "There are 17 area ranges",
  ],
  [
    "a range upside down",
    { areaRanges: [{ label: "b", low: 5, high: 4 }] },
    "Area range b goes from 5 to 4",
  ],
  ["two ranges of one name", { areaRanges: [range, range] }, "Two area ranges are called a"],
  ["no maxDets", { maxDets: [] }, "maxDets is ;"],
  ["maxDets of 0", { maxDets: [0, 1] }, "maxDets is 0,1;"],
  ["maxDets that repeat", { maxDets: [10, 10] }, "maxDets is 10,10;"],
  ["broken maxDets", { maxDets: [1.5] }, "maxDets is 1.5; give ascending whole numbers from 1."],
  [
    "too many maxDets",
    { maxDets: Array.from({ length: 256 }, (_, i) => i + 1) },
    "maxDets is 1,2,",
  ],
];

test.each(badParams)("params with %s are refused", (_, change, message) => {
  expect(() => checkSet(sound(), { ...cocoParams, ...change })).toThrow(message);
});

test("sixteen ranges and 255 maxDets are taken", () => {
  const params: EvaluationParams = {
    protocol: "coco",
    areaRanges: Array.from({ length: 16 }, (_, i) => ({ ...range, label: `${i}` })),
    maxDets: Array.from({ length: 255 }, (_, i) => i + 1),
  };
  expect(() => checkSet(sound(), params)).not.toThrow();
  expect(() =>
    checkSet(sound(), { ...params, areaRanges: [{ label: "point", low: 9, high: 9 }] }),
  ).not.toThrow();
});
