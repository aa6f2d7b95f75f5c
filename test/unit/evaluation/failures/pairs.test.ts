import { describe, expect, test } from "vitest";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import {
  columnOf,
  eachOverlappingPair,
  visitOverlaps,
  type PairInput,
} from "../../../../shared/evaluation/failures/pairs.ts";
import { scoreOrder } from "../../../../shared/evaluation/failures/score-order.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { sharedArea } from "./plain-judge.ts";
import { randomNumbers } from "./random-set.ts";
import { smallSet } from "./small-set.ts";

type Pair = Parameters<Parameters<typeof eachOverlappingPair>[1]>;

function pairsOf(set: EvaluationSet, input: Partial<PairInput> = {}): Pair[] {
  const pairs: Pair[] = [];
  const all = { set, order: null, usesTruth: () => true, usesPrediction: () => true };
  eachOverlappingPair({ ...all, ...input }, (...pair) => pairs.push(pair));
  return pairs;
}

/** Every pair of an image in a loop; ground truth by left edge, equal ones in file order. */
function plainPairs(set: EvaluationSet, input: Omit<PairInput, "set">): Pair[] {
  const { truth, predictions } = set;
  const boxOf = (boxes: Float64Array, row: number) => [...boxes.subarray(4 * row, 4 * row + 4)];
  const pairs: Pair[] = [];
  const left = (t: number) => truth.boxes[4 * t]!;
  const truths = [...truth.image.keys()].filter(input.usesTruth);
  truths.sort((a, b) => left(a) - left(b) || a - b);
  for (let image = 0; image < set.imageIds.length; image++)
    for (const p of input.order ?? predictions.image.keys())
      for (const t of truths) {
        if (truth.image[t] !== image || predictions.image[p] !== image) continue;
        const of = boxOf(predictions.boxes, p);
        const other = boxOf(truth.boxes, t);
        const shared = sharedArea(of, other);
        if (shared > 0 && input.usesPrediction(p))
          pairs.push([p, t, shared, of[2]! * of[3]!, other[2]! * other[3]!]);
      }
  return pairs;
}

describe("overlapping pairs", () => {
  test("are those of a loop over all pairs, in the same order", () => {
    for (let seed = 1; seed <= 16; seed++) {
      const random = randomNumbers(seed);
      const below = (n: number) => Math.floor(random() * n);
      // Quarters on both sides of 0: equal left edges, edges that touch, sides below a pixel.
      const box = (): XywhPixels => [
        below(40) / 4 - 3,
        below(20) / 4 - 3,
        (1 + below(2 * seed)) / 4,
        (1 + below(9)) / 4,
      ];
      const set = smallSet({
        images: 4,
        truth: Array.from({ length: 24 }, () => ({ image: below(3), box: box() })),
        predictions: Array.from({ length: 40 }, () => ({
          image: below(4),
          box: box(),
          score: below(6) / 6,
        })),
      });
      for (const order of [null, scoreOrder(set.predictions, 4)]) {
        const input = {
          order,
          usesTruth: (t: number) => t % 5 !== seed % 5,
          usesPrediction: (p: number) => p % 7 !== seed % 7,
        };
        expect(pairsOf(set, { ...input }), `seed ${seed}`).toEqual(plainPairs(set, input));
      }
    }
  });

  test("by hand: the row of each, what they share, and their own areas", () => {
    const set = smallSet({
      images: 2,
      truth: [
        { image: 1, box: [10, 10, 20, 6] },
        { image: 0, box: [1, 2, 5, 5] },
        { image: 1, box: [7, 8, 9, 11] },
      ],
      predictions: [
        { image: 1, box: [12, 12, 30, 2], score: 0.7 },
        { image: 0, box: [2, 3, 0.5, 0.25], score: 0.4 },
      ],
    });
    expect(pairsOf(set)).toEqual([
      [1, 1, 0.125, 0.125, 25],
      [0, 2, 4 * 2, 60, 99],
      [0, 0, 18 * 2, 60, 120],
    ]);
  });

  test("a box that ends a hair past another's left edge is not lost", () => {
    // The left edge of the second, less the widest, rounds to that of the first.
    const left = -1;
    const width = 1 + 2 ** -52;
    const x = 2 ** -52 * (1 - 2 ** -53);
    const set = smallSet({
      truth: [{ box: [left, 0, width, 3] }],
      predictions: [{ box: [x, 0, 1, 3], score: 0.5 }],
    });
    expect(x).toBeLessThan(left + width);
    expect(pairsOf(set).map(([p, t]) => [p, t])).toEqual([[0, 0]]);
  });

  test("of nothing are none", () => {
    const box: XywhPixels = [1, 2, 3, 4];
    expect(pairsOf(smallSet({ images: 0 }))).toEqual([]);
    expect(pairsOf(smallSet({ truth: [{ box }] }))).toEqual([]);
    expect(pairsOf(smallSet({ predictions: [{ box, score: 0.5 }] }))).toEqual([]);
  });
});

describe("the boxes of an image from left to right", () => {
  const boxes = Float64Array.of(
    ...[30, 1, 0.25, 2],
    ...[10, 3, 0.5, 4],
    ...[90, 9, 9, 9],
    ...[10, 5, 0.125, 6],
  );

  test("by hand, equal left edges in file order", () => {
    const unsorted = Int32Array.of(3, 0, 1);
    expect(columnOf(boxes, unsorted)).toEqual({
      rows: Int32Array.of(1, 3, 0),
      left: Float64Array.of(10, 10, 30),
      rest: Float64Array.of(...[3, 10.5, 7, 2], ...[5, 10.125, 11, 0.75], ...[1, 30.25, 3, 0.5]),
      widest: 0.5,
    });
    expect(unsorted).toEqual(Int32Array.of(3, 0, 1));
  });

  test("of no rows overlap nothing", () => {
    const column = columnOf(boxes, new Int32Array(0));
    expect(column.widest).toBe(0);
    visitOverlaps(boxes, 0, column, () => expect.fail("nothing is there"));
  });
});
