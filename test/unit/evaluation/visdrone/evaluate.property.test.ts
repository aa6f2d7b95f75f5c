import { expect, test } from "vitest";
import type { AreaRange, EvaluationParams } from "../../../../shared/domain/protocols.ts";
import { evaluateVisDrone } from "../../../../shared/evaluation/visdrone/evaluate.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { seeded } from "../hostile-set.ts";
import { referenceVisDrone } from "./reference.ts";

const random = seeded(20261123);
const whole = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
const pick = <Choice>(choices: readonly Choice[]): Choice =>
  choices[Math.floor(random() * choices.length)]!;

test("500 hostile sets give the toolkit's scores", () => {
  let withHits = 0;
  let withDropped = 0;
  for (let round = 0; round < 500; round++) {
    const set = nextSet();
    const params = nextParams();
    const { summary, perClass, apByIou, truthCounts } = evaluateVisDrone(set, params);
    const expected = referenceVisDrone(set, params);
    const actual = {
      summary,
      perClass: perClass.map(({ categoryId, name, ...scores }, k) => {
        expect([categoryId, name]).toEqual([set.categoryIds[k], set.categoryNames[k]]);
        return scores;
      }),
      apByIou,
      truthCounts,
    };
    const where = differenceOf(actual, expected, "result");
    if (where !== null)
      expect.fail(`${where} in round ${round}: ${JSON.stringify({ params, set })}`);
    if ((summary["AP"] ?? 0) > 0) withHits++;
    if (truthCounts[0]! < set.truth.ignore.filter((flag) => flag === 0).length) withDropped++;
  }
  // The generator must not have gone dull.
  expect(withHits).toBeGreaterThan(200);
  expect(withDropped).toBeGreaterThan(100);
});

/** Numbers may differ by the order of a sum. Returns where and how the first difference is. */
function differenceOf(actual: unknown, expected: unknown, at: string): string | null {
  if (typeof actual === "number" && typeof expected === "number")
    return Math.abs(actual - expected) <= 1e-12 ? null : `${at}: ${actual}, not ${expected}`;
  if (typeof actual !== "object" || actual === null || typeof expected !== "object")
    return actual === expected ? null : `${at}: ${String(actual)}, not ${String(expected)}`;
  const keys = new Set([...Object.keys(actual), ...Object.keys(expected ?? {})]);
  for (const key of keys) {
    const found = differenceOf(
      (actual as Record<string, unknown>)[key],
      (expected as Record<string, unknown> | null)?.[key],
      `${at}.${key}`,
    );
    if (found !== null) return found;
  }
  return null;
}

function nextParams(): EvaluationParams {
  const all: AreaRange = { label: "all", low: 0, high: 1e10 };
  return {
    protocol: "visdrone",
    areaRanges: pick([
      [all],
      [
        all,
        { label: "small", low: 0, high: 64 },
        { label: "medium", low: 64, high: 144 },
        { label: "large", low: 144, high: 1e10 },
      ],
      [all, { label: "point", low: 100, high: 100 }, { label: "none", low: 1e6, high: 1e7 }],
    ]),
    maxDets: pick([[1, 10, 100, 500], [1, 3], [4], [2, 5, 8]]),
  };
}

/** Boxes over the border, rows of classes that are not scored, regions that touch, cross and leave the picture. */
function nextSet(): EvaluationSet {
  const images = whole(1, 4);
  const classes = whole(1, 3);
  const sizes = Array.from({ length: images }, () => [whole(30, 60), whole(30, 50)]);
  const side = () => pick([0, 1, 4, 8, 10, 10, 12, 20, 6 + 8 * random()]);
  const box = () => [
    whole(-4, 60) + pick([0, 0, 0.5, random()]),
    whole(-4, 50) + pick([0, 0, 0.5]),
    side(),
    side(),
  ];
  const near = ([x, y, w, h]: number[]) => {
    const part = whole(9, 20) / 20;
    return pick([
      [x!, y!, w!, h!],
      [x!, y!, w! * part, h!],
      [x! + w! * (1 - part), y!, w! * part, h!],
      [x!, y!, w!, h! / part],
      [x! + whole(-2, 2), y! + whole(-2, 2), w!, h!],
    ]);
  };
  const ignoreShare = pick([0, 0.2, 0.5]);
  const truth = Array.from({ length: pick([0, 3, 8, 20]) }, () => ({
    image: whole(0, images - 1),
    category: random() < 0.1 ? -1 : whole(0, classes - 1),
    box: box(),
    ignore: Number(random() < ignoreShare),
    ownArea: random() < 0.7,
  }));
  const predictions = Array.from({ length: pick([0, 4, 12, 40]) }, () => {
    const of = truth.length > 0 && random() < 0.7 ? pick(truth) : null;
    return {
      image: of?.image ?? whole(0, images - 1),
      category: of && random() < 0.85 ? of.category : whole(-1, classes - 1),
      box: of ? near(of.box) : box(),
      score: pick([0.5, whole(0, 4) / 4, random()]),
    };
  });
  const regions = Array.from({ length: pick([0, 0, 1, 3, 8]) }, () => ({
    image: whole(0, images - 1),
    box: [whole(-5, 60), whole(-5, 50), whole(0, 25) + pick([0, 0.5]), whole(0, 25)],
  }));
  const ints = <Row>(rows: readonly Row[], value: (row: Row) => number) =>
    Int32Array.from(rows, value);
  const boxes = (rows: readonly { box: number[] }[]) =>
    Float64Array.from(rows.flatMap((row) => row.box));
  return {
    imageIds: Array.from({ length: images }, (_, i) => 5 * i + 1),
    categoryIds: Array.from({ length: classes }, (_, k) => 3 * k + 1),
    categoryNames: Array.from({ length: classes }, (_, k) => `class ${k}`),
    truth: {
      image: ints(truth, ({ image }) => image),
      category: ints(truth, ({ category }) => category),
      boxes: boxes(truth),
      area: Float64Array.from(truth, ({ box: [, , w, h], ownArea }) =>
        ownArea ? w! * h! : pick([64, 100, 144]),
      ),
      crowd: new Uint8Array(truth.length),
      ignore: Uint8Array.from(truth, ({ ignore }) => ignore),
    },
    predictions: {
      image: ints(predictions, ({ image }) => image),
      category: ints(predictions, ({ category }) => category),
      boxes: boxes(predictions),
      score: Float64Array.from(predictions, ({ score }) => score),
    },
    regions: { image: ints(regions, ({ image }) => image), boxes: boxes(regions) },
    imageSizes: Float64Array.from(sizes.flat()),
  };
}
