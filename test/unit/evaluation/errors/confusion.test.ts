import { describe, expect, test } from "vitest";
import { cocoParams } from "../../../../shared/domain/protocols.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { confusionMatrix } from "../../../../shared/evaluation/errors/confusion.ts";
import { judge, type Judgement } from "../../../../shared/evaluation/failures/judge.ts";
import {
  FALSE_ALARM,
  HIT,
  MISS,
  verdictsAt,
} from "../../../../shared/evaluation/failures/verdicts.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
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

  test("of missed objects the nearest is taken, the later in the file among equals", () => {
    const standing = (truth: readonly XywhPixels[]) => {
      const { rows } = matrixOf({
        classes: 4,
        truth: truth.map((box, category) => ({ category, box })),
        predictions: [{ category: 3, box: [10, 20, 30, 10], score: 0.6 }],
      });
      return rows.slice(0, 3).map((row) => row[3]);
    };
    // Left to right is not the file's order: both ends of the alarm are reached by 20 of its 30 pixels.
    const left: XywhPixels = [0, 20, 30, 10];
    const right: XywhPixels = [20, 20, 30, 10];
    expect(standing([left, right])).toEqual([0, 1, 0]);
    expect(standing([right, left])).toEqual([0, 1, 0]);
    const nearer: XywhPixels = [13, 20, 30, 10];
    expect(standing([nearer, left, right])).toEqual([1, 0, 0]);
    expect(standing([right, nearer, left])).toEqual([0, 1, 0]);
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

  test("is that of a plain version, images included, on crowded sets with equal overlaps and scores", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const set = randomSet(seed, { classes: 3, truth: 25, predictions: 40 });
      const judgement = judge(set, cocoParams, 0.5);
      const threshold = (seed % 4) / 10;
      const { size, counts, imageStart, images } = confusionMatrix(set, judgement, threshold);
      const found = Array.from({ length: size * size }, (_, cell) => ({
        count: counts[cell],
        images: [...images.subarray(imageStart[cell]!, imageStart[cell + 1]!)],
      }));
      expect(found, `seed ${seed}`).toEqual(plainMatrix(set, judgement, threshold));
      expect(imageStart[0]).toBe(0);
      expect(images).toHaveLength(imageStart.at(-1)!);
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

/** By cell, row by row: the count and the images. One loop a rule. */
function plainMatrix(set: EvaluationSet, judgement: Judgement, threshold: number) {
  const { truth, predictions } = set;
  const verdicts = verdictsAt(judgement, set, threshold);
  const background = set.categoryIds.length;
  const size = background + 1;
  const cells = Array.from({ length: size * size }, () => [] as number[]);
  const standsFor = new Map<number, number>();
  const alarms = [...predictions.score.keys()]
    .filter((p) => verdicts.prediction[p] === FALSE_ALARM)
    .sort((a, b) => predictions.score[b]! - predictions.score[a]! || a - b);
  for (const p of alarms) {
    let best = -1;
    let bestIou = 0.5;
    for (let t = 0; t < truth.image.length; t++) {
      if (truth.image[t] !== predictions.image[p] || verdicts.truth[t] !== MISS) continue;
      if ([...standsFor.values()].includes(t)) continue;
      const iou = iouOf(predictions.boxes, p, truth.boxes, t);
      // Of equal overlaps the later object is taken, as in the matching.
      if (iou < bestIou) continue;
      best = t;
      bestIou = iou;
    }
    if (best >= 0) standsFor.set(p, best);
  }
  for (let p = 0; p < predictions.image.length; p++) {
    const column = predictions.category[p]!;
    const t = standsFor.get(p);
    const image = predictions.image[p]!;
    if (verdicts.prediction[p] === HIT) cells[column * size + column]!.push(image);
    if (verdicts.prediction[p] === FALSE_ALARM)
      cells[(t === undefined ? background : truth.category[t]!) * size + column]!.push(image);
  }
  const standing = new Set(standsFor.values());
  for (let t = 0; t < truth.image.length; t++)
    if (verdicts.truth[t] === MISS && !standing.has(t))
      cells[truth.category[t]! * size + background]!.push(truth.image[t]!);
  return cells.map((images) => ({
    count: images.length,
    images: [...new Set(images)].sort((a, b) => a - b),
  }));
}

function iouOf(boxes: Float64Array, p: number, others: Float64Array, t: number): number {
  const [x, y, w, h] = [...boxes.subarray(4 * p, 4 * p + 4)] as [number, number, number, number];
  const [u, v, a, b] = [...others.subarray(4 * t, 4 * t + 4)] as [number, number, number, number];
  const wide = Math.min(x + w, u + a) - Math.max(x, u);
  const tall = Math.min(y + h, v + b) - Math.max(y, v);
  return wide <= 0 || tall <= 0 ? 0 : (wide * tall) / (w * h + a * b - wide * tall);
}
