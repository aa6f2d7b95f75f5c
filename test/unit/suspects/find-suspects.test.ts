import { describe, expect, test } from "vitest";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { ImageEvidence } from "../../../shared/suspects/evidence.ts";
import { findSuspects } from "../../../shared/suspects/find-suspects.ts";
import { seeded } from "../evaluation/hostile-set.ts";

const CAR = 0;
const VAN = 1;
const OTHERS = 2;
const REGION = 3;
const categories = { ids: [31, 17, 44, 52], isObject: Uint8Array.of(1, 1, 0, 0) };

interface Label {
  readonly box: XywhPixels;
  readonly category?: number;
  readonly crowd?: boolean;
  readonly ignore?: boolean;
}
interface Found {
  readonly box: XywhPixels;
  readonly score: number;
  readonly category?: number;
}

function evidence(
  labels: readonly Label[],
  models: readonly (readonly Found[])[],
  score = 0.5,
): ImageEvidence {
  return {
    width: 200,
    height: 150,
    categories,
    score,
    labels: {
      annotationId: Float64Array.from(labels, (_, n) => 100 + n),
      category: Int32Array.from(labels, ({ category = CAR }) => category),
      boxes: Float64Array.from(labels.flatMap(({ box }) => [...box])),
      crowd: Uint8Array.from(labels, ({ crowd }) => Number(crowd === true)),
      ignore: Uint8Array.from(labels, ({ ignore }) => Number(ignore === true)),
    },
    models: models.map((found) => ({
      category: Int32Array.from(found, ({ category = CAR }) => category),
      boxes: Float64Array.from(found.flatMap(({ box }) => [...box])),
      score: Float64Array.from(found, (one) => one.score),
    })),
  };
}

const find = (...given: Parameters<typeof evidence>) => findSuspects(evidence(...given));
const kinds = (...given: Parameters<typeof evidence>) => find(...given).map(({ kind }) => kind);

describe("missing labels", () => {
  test("a confident prediction on nothing is one, with its own box", () => {
    const [suspect, ...more] = find([], [[{ box: [10, 20, 8, 12], score: 0.75 }]]);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({
      kind: "missing-label",
      label: null,
      other: null,
      proposal: { categoryId: 31, box: [10, 20, 8, 12] },
      score: 0.75,
      votes: 1,
      iou: null,
      weight: 0.75,
    });
  });

  test("predictions below the threshold say nothing, one of exactly the threshold does", () => {
    const found = [{ box: [10, 20, 8, 12], score: 0.5 }] as const;
    expect(kinds([], [found], 0.5)).toEqual(["missing-label"]);
    expect(kinds([], [found], 0.51)).toEqual([]);
  });

  test("models that agree are one suspect: the box of the highest score, the votes and the sum of evidence", () => {
    const models = [
      [{ box: [10, 20, 10, 10], score: 0.6 }],
      [{ box: [12, 20, 10, 10], score: 0.9 }], // IoU 8/12
      [],
    ] as const;
    const [suspect, ...more] = find([], models);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({ proposal: { box: [12, 20, 10, 10] }, score: 0.9, votes: 2 });
    expect(suspect!.weight).toBeCloseTo((0.9 + 0.6) / 3, 12);
  });

  test("several boxes of one model on one object are one suspect with one vote", () => {
    const boxes = [
      { box: [10, 20, 10, 10], score: 0.9 },
      { box: [11, 20, 10, 10], score: 0.8 },
      { box: [9, 20, 10, 10], score: 0.7 },
    ] as const;
    const suspects = find([], [boxes]);
    expect(suspects.map(({ votes, weight }) => [votes, weight])).toEqual([[1, 0.9]]);
  });

  test("two classes in one place are two suspects", () => {
    const boxes = [
      { box: [10, 20, 10, 10], score: 0.9 },
      { box: [10, 20, 10, 10], score: 0.8, category: VAN },
    ] as const;
    expect(kinds([], [boxes])).toEqual(["missing-label", "missing-label"]);
  });

  test("a label of any class at IoU 0.5 is enough to not be missing; below it weighs a little less", () => {
    const half = [{ box: [10, 20, 10, 20], score: 0.8, category: VAN }] as const;
    const label = { box: [10, 20, 10, 10] } as const; // IoU 0.5
    expect(kinds([label], [half])).toEqual(["wrong-class"]);
    const [apart] = find([{ box: [10, 20, 10, 9] }], [half]); // IoU 0.45
    expect(apart).toMatchObject({ kind: "missing-label", iou: 0.45 });
    expect(apart!.weight).toBeCloseTo(0.8 * 0.775, 12);
  });

  test.each([
    ["a crowd", { crowd: true }],
    ["an ignored label", { ignore: true }],
    ["an ignored region", { category: REGION }],
    ["a label of others", { category: OTHERS }],
  ])("nothing is missing inside %s", (_, mark) => {
    const inside = [{ box: [10, 20, 8, 8], score: 0.9 }] as const;
    expect(kinds([{ box: [0, 0, 90, 80], ...mark }], [inside])).toEqual([]);
    const halfOut = [{ box: [86, 20, 10, 8], score: 0.9 }] as const; // 4 of 10 inside
    expect(kinds([{ box: [0, 0, 90, 80], ...mark }], [halfOut])).toEqual(["missing-label"]);
  });

  test("classes that are not scored are never proposed", () => {
    const found = { box: [10, 20, 8, 8], score: 0.9 } as const;
    const models = [REGION, OTHERS, -1].map((category) => [{ ...found, category }]);
    expect(kinds([], models)).toEqual([]);
  });

  test("the proposal ends at the border of the image; what lies outside is none", () => {
    const models = [
      [
        { box: [190, 140, 20, 30], score: 0.9 },
        { box: [199.5, 20, 20, 30], score: 0.9 },
      ],
    ] as const;
    expect(find([], models).map(({ proposal }) => proposal!.box)).toEqual([[190, 140, 10, 10]]);
  });
});

describe("wrong classes", () => {
  const label = { box: [10, 20, 10, 10] } as const;
  const van = { box: [10, 20, 10, 8], category: VAN, score: 0.9 } as const; // IoU 0.8
  const car = { box: [10, 20, 10, 9], score: 0.6 } as const; // IoU 0.9

  test("a label on which a model finds another class, and not its own, is one", () => {
    const [suspect, ...more] = find([label], [[van]]);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({
      kind: "wrong-class",
      label: 0,
      proposal: { categoryId: 17, box: [10, 20, 10, 10] },
      score: 0.9,
      votes: 1,
      iou: 0.8,
    });
    expect(suspect!.weight).toBeCloseTo(0.72, 12);
  });

  test("a model that finds the label's own class has spoken for it, at whatever score", () => {
    expect(kinds([label], [[van, car]])).toEqual([]);
  });

  test("of models that do not agree, the ones with more evidence are right", () => {
    const [suspect, ...more] = find([label], [[van], [car], [{ ...van, score: 0.8 }]]);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({ kind: "wrong-class", votes: 2, score: 0.9 });
    expect(suspect!.weight).toBeCloseTo(((0.9 + 0.8 - 0.6) / 3) * 0.8, 12);
    expect(kinds([label], [[{ ...van, score: 0.55 }], [car]])).toEqual([]);
  });

  test("a prediction that belongs to a label of its own class says nothing of a neighbour", () => {
    const rider = { box: [10, 20, 10, 8], category: VAN } as const;
    expect(kinds([label, rider], [[van]])).toEqual([]);
  });

  test.each([{ crowd: true }, { ignore: true }, { category: OTHERS }])(
    "labels that count for nothing are left in peace: %o",
    (mark) => {
      expect(kinds([{ ...label, ...mark }], [[van]])).toEqual([]);
    },
  );
});

describe("loose boxes", () => {
  const label = { box: [10, 20, 10, 10] } as const;

  test("a label whose best prediction fits by 0.3 to 0.7 is one; the proposal is that box", () => {
    const found = { box: [10, 20, 10, 16], score: 0.8 } as const; // IoU 0.625
    const [suspect, ...more] = find([label], [[found]]);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({
      kind: "loose-box",
      label: 0,
      proposal: { categoryId: 31, box: [10, 20, 10, 16] },
      score: 0.8,
      votes: 1,
      iou: 0.625,
    });
    expect(suspect!.weight).toBeCloseTo(0.8 * 0.375, 12);
  });

  test("at IoU 0.7 the box is good; at 0.3 it is loose and no object is missing; below, one is", () => {
    const tall = (h: number) => [[{ box: [10, 20, 10, h] as const, score: 0.8 }]];
    expect(kinds([{ box: [10, 20, 10, 7] }], tall(10))).toEqual([]);
    expect(kinds([{ box: [10, 20, 10, 3] }], tall(10))).toEqual(["loose-box"]);
    expect(kinds([{ box: [10, 20, 10, 2.9] }], tall(10))).toEqual(["missing-label"]);
  });

  test("a better prediction of any model settles it", () => {
    const found = { box: [10, 20, 10, 16], score: 0.9 } as const;
    const good = { box: [10, 20, 10, 9], score: 0.55 } as const;
    // The good one joins the opinion of the first where they overlap enough; apart, it stands by itself.
    expect(kinds([label], [[{ ...found, box: [10, 20, 10, 19] }], [good]])).toEqual([]);
  });

  test("models that agree propose the mean of their boxes, weighted by score", () => {
    const models = [
      [{ box: [10, 20, 10, 16], score: 0.9 }],
      [{ box: [10, 20, 10, 20], score: 0.6 }],
    ] as const;
    const [suspect, ...more] = find([label], models);
    expect(more).toEqual([]);
    const height = (0.9 * 16 + 0.6 * 20) / 1.5;
    expect(suspect!.proposal!.box[3]).toBeCloseTo(height, 12);
    expect(suspect!.iou).toBeCloseTo(10 / height, 12);
    expect(suspect).toMatchObject({ votes: 2, score: 0.9 });
    expect(suspect!.weight).toBeCloseTo(0.75 * (1 - 10 / height), 12);
  });
});

describe("duplicate labels", () => {
  const first = { box: [10, 20, 10, 10] } as const;

  test("the later of two labels of one class at IoU 0.8 is one; no model is needed", () => {
    const [suspect, ...more] = find([first, { box: [10, 20, 10, 8] }], []);
    expect(more).toEqual([]);
    expect(suspect).toMatchObject({
      kind: "duplicate-label",
      label: 1,
      other: 0,
      proposal: null,
      score: null,
      votes: 0,
      iou: 0.8,
      weight: 0.8,
    });
    expect(kinds([first, { box: [10, 20, 10, 7.9] }], [])).toEqual([]);
  });

  test("of two classes they must overlap by 0.9", () => {
    expect(kinds([first, { box: [10, 20, 10, 8.9], category: VAN }], [])).toEqual([]);
    expect(kinds([first, { box: [10, 20, 10, 9], category: VAN }], [])).toEqual([
      "duplicate-label",
    ]);
  });

  test("of three, each later one is one, beside the earlier one it overlaps most", () => {
    const labels = [first, { box: [10, 20, 10, 9] }, { box: [10, 20, 10, 8.5] }] as const;
    expect(find(labels, []).map(({ label, other }) => [label, other])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  test("crowds, ignored labels and regions are none, and make none", () => {
    for (const mark of [{ crowd: true }, { ignore: true }, { category: REGION }])
      expect([kinds([first, { ...first, ...mark }], []), kinds([{ ...first, ...mark }, first], [])]).toEqual([[], []]); // prettier-ignore
  });
});

describe("degenerate boxes", () => {
  test("a side under a pixel is one, with nothing to propose; a side of a pixel is not", () => {
    const labels = [{ box: [10, 20, 0.9, 5] }, { box: [40, 20, 1, 5] }, { box: [70, 20, 0, 0] }] as const; // prettier-ignore
    expect(find(labels, []).map(({ kind, label, proposal, weight }) => [kind, label, proposal, weight])).toEqual([
      ["degenerate-box", 0, null, 1],
      ["degenerate-box", 2, null, 1],
    ]); // prettier-ignore
  });

  test("a box that reaches out of the image is one: the part inside is proposed", () => {
    const labels = [
      { box: [-4, 20, 10, 5] },
      { box: [190, 140, 16, 20] },
      { box: [201, 20, 10, 5] },
      { box: [199.5, 20, 10, 5] },
    ] as const;
    const found = find(labels, []);
    expect(found.map(({ proposal }) => proposal?.box ?? null)).toEqual([
      [0, 20, 6, 5],
      [190, 140, 10, 10],
      null,
      null,
    ]);
    const weights = [0.4, 1 - 100 / 320, 1, 1];
    found.forEach(({ weight }, n) => expect(weight).toBeCloseTo(weights[n]!, 12));
  });

  test("a hair over the border is what rounding left; of unknown sizes nothing is said", () => {
    expect(kinds([{ box: [-0.005, 0, 200.01, 150.005] }], [])).toEqual([]);
    const far = evidence([{ box: [500, 600, 10, 10] }], []);
    expect(findSuspects({ ...far, width: 0, height: 0 })).toEqual([]);
  });

  test("those of crowds and regions are told as well", () => {
    const box: XywhPixels = [-4, 20, 10, 5];
    expect(
      kinds(
        [
          { box, crowd: true },
          { box: [-5, 60, 10, 5], category: REGION },
        ],
        [],
      ),
    ).toEqual(["degenerate-box", "degenerate-box"]);
  });
});

describe("keys and order", () => {
  const random = seeded(17);
  const box = (): XywhPixels => [
    Math.floor(random() * 180),
    Math.floor(random() * 130),
    4 + Math.floor(random() * 12),
    4 + Math.floor(random() * 12),
  ];
  const shifted = ([x, y, w, h]: XywhPixels): XywhPixels => [x + Math.floor(random() * 4), y, w, h];
  const labels = Array.from({ length: 40 }, () => ({
    box: box(),
    category: Math.floor(random() * 3),
  }));
  const models = Array.from({ length: 3 }, () =>
    Array.from({ length: 60 }, () => ({
      box: shifted(labels[Math.floor(random() * 40)]!.box),
      category: Math.floor(random() * 2),
      score: Math.floor(random() * 10) / 10,
    })),
  );

  test("the order of the models changes nothing", () => {
    const found = find(labels, models, 0.3);
    expect(new Set(found.map(({ kind }) => kind)).size).toBeGreaterThan(2);
    expect(find(labels, [models[2]!, models[0]!, models[1]!], 0.3)).toEqual(found);
  });

  test("every key is there once, and stays when something else in the image changes", () => {
    const found = find(labels, models, 0.3);
    expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
    const label = { box: [160, 100, 30, 40] } as const;
    const later = new Set(find([...labels, label], models, 0.3).map(({ key }) => key));
    const kept = found.filter(({ key }) => later.has(key)).length;
    expect(kept / found.length).toBeGreaterThan(0.8);
  });

  test("a label that moved has another key", () => {
    const found = [[{ box: [10, 20, 10, 16] as const, score: 0.8 }]];
    const [before] = find([{ box: [10, 20, 10, 10] }], found);
    const [after] = find([{ box: [10, 20, 10, 9.5] }], found);
    expect([before!.kind, after!.kind]).toEqual(["loose-box", "loose-box"]);
    expect(before!.key).not.toBe(after!.key);
  });

  test("an image with nothing in it has no suspects", () => {
    expect(find([], [])).toEqual([]);
    expect(find([], [[], []])).toEqual([]);
  });
});
