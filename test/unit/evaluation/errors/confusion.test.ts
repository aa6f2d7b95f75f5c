import { describe, expect, test } from "vitest";
import { cocoParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { confusionMatrix } from "../../../../shared/evaluation/errors/confusion.ts";
import { judge } from "../../../../shared/evaluation/failures/judge.ts";
import { verdictsAt } from "../../../../shared/evaluation/failures/verdicts.ts";
import { randomSet } from "../failures/random-set.ts";
import { smallSet, type SmallSet } from "../failures/small-set.ts";

const here: XywhPixels = [10, 20, 30, 10];
const there: XywhPixels = [110, 20, 30, 10];

function matrixOf(small: SmallSet, score = 0.3) {
  const set = smallSet(small);
  const { size, counts, imageStart, images } = confusionMatrix(
    set,
    judge(set, cocoParams, 0.5),
    score,
  );
  return {
    rows: Array.from({ length: size }, (_, row) => [
      ...counts.subarray(row * size, (row + 1) * size),
    ]),
    imagesOf: (row: number, column: number) => {
      const cell = row * size + column;
      return [...images.subarray(imageStart[cell]!, imageStart[cell + 1]!)];
    },
  };
}

describe("the confusion matrix", () => {
  test("hits, wrong classes, false alarms and misses, and the images behind them", () => {
    const { rows, imagesOf } = matrixOf({
      images: 3,
      classes: 2,
      truth: [
        { box: here },
        { image: 1, box: here },
        { image: 1, category: 1, box: there },
        { image: 2, box: here },
        { image: 2, box: there },
      ],
      predictions: [
        { image: 2, category: 1, box: here, score: 0.9 },
        { image: 2, category: 1, box: there, score: 0.9 },
        { image: 0, box: here, score: 0.8 },
        { image: 1, box: there, score: 0.2 },
        { image: 1, box: [400, 1, 5, 6], score: 0.7 },
      ],
    });
    expect(rows).toEqual([
      [1, 2, 1],
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(imagesOf(0, 0)).toEqual([0]);
    expect(imagesOf(0, 1)).toEqual([2]);
    expect(imagesOf(0, 2)).toEqual([1]);
    expect(imagesOf(2, 0)).toEqual([1]);
    expect(imagesOf(1, 0)).toEqual([]);
  });

  test("an object is taken once, by the higher score", () => {
    const { rows } = matrixOf({
      classes: 3,
      truth: [{ box: here }],
      predictions: [
        { category: 1, box: here, score: 0.6 },
        { category: 2, box: [10, 20, 29, 10], score: 0.7 },
      ],
    });
    expect(rows).toEqual([
      [0, 0, 1, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 1, 0, 0],
    ]);
  });

  test("rows and columns add up to what the verdicts say", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const set = randomSet(seed, { classes: 3 });
      const judgement = judge(set, cocoParams, 0.5);
      const { size, counts } = confusionMatrix(set, judgement, 0.4);
      const verdicts = verdictsAt(judgement, set, 0.4);
      const background = size - 1;
      for (let k = 0; k < background; k++) {
        const labelled = set.truth.category.filter(
          (category, t) => category === k && verdicts.truth[t]! < 2,
        ).length;
        const predicted = set.predictions.category.filter((category, p) => {
          const verdict = verdicts.prediction[p]!;
          return category === k && (verdict === 0 || verdict === 2);
        }).length;
        let row = 0;
        let column = 0;
        for (let i = 0; i < size; i++) {
          row += counts[k * size + i]!;
          column += counts[i * size + k]!;
        }
        expect(row).toBe(labelled);
        expect(column).toBe(predicted);
      }
      expect(counts[background * size + background]).toBe(0);
    }
  });

  test("of nothing is empty", () => {
    expect(matrixOf({ images: 0, classes: 0 }).rows).toEqual([[0]]);
    expect(matrixOf({ truth: [{ box: here }] }).rows).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(matrixOf({ predictions: [{ box: here, score: 0.5 }] }).rows).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
});
