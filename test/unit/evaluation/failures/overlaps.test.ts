import { describe, expect, test } from "vitest";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import {
  findOverlaps,
  type OverlapOptions,
} from "../../../../shared/evaluation/failures/overlaps.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { iouOf, sharedArea } from "./plain-judge.ts";
import { randomNumbers } from "./random-set.ts";
import { smallSet } from "./small-set.ts";

/** [P] ground truth and overlap of the candidates of each prediction. */
function candidatesOf(set: EvaluationSet, options: OverlapOptions): [number, number][][] {
  const { start, end, truth, overlap } = findOverlaps(set, options);
  return [...start].map((from, p) =>
    [...truth.subarray(from, end[p]!)].map((t, k) => [t, overlap[from + k]!]),
  );
}

function plainCandidates(set: EvaluationSet, options: OverlapOptions): [number, number][][] {
  const { truth, predictions } = set;
  const boxOf = (boxes: Float64Array, row: number) => [...boxes.subarray(4 * row, 4 * row + 4)];
  return [...predictions.image].map((image, p) => {
    const category = predictions.category[p]!;
    if (category < 0 || options.droppedPredictions?.[p] === 1) return [];
    const box = boxOf(predictions.boxes, p);
    return [...truth.image.keys()]
      .filter((t) => truth.image[t] === image && truth.category[t] === category)
      .filter((t) => options.droppedTruth?.[t] !== 1)
      .map((t): [number, number] => {
        const other = boxOf(truth.boxes, t);
        const ofItsOwn = sharedArea(box, other) / (box[2]! * box[3]!);
        return [t, options.absorbs[t] === 1 ? ofItsOwn : iouOf(box, other)];
      })
      .filter(([, overlap]) => overlap >= options.lowest)
      .sort(([a, first], [b, second]) => second - first || b - a);
  });
}

describe("the ground truth that each prediction may match", () => {
  test("by hand: best first, later rows first among equals", () => {
    const box = (x: number): XywhPixels => [x, 0, 10, 10];
    const set = smallSet({
      truth: [{ box: box(4) }, { box: box(2) }, { box: box(0) }, { box: box(3) }],
      predictions: [
        { box: [500, 0, 10, 10], score: 0.9 },
        { box: box(2), score: 0.8 },
        { box: [3, 0, 10, 5], score: 0.7 },
      ],
    });
    const { start, end, truth, overlap } = findOverlaps(set, {
      lowest: 0.5,
      absorbs: Uint8Array.of(0, 0, 0, 0),
    });
    expect([...start]).toEqual([0, 0, 4]);
    expect([...end]).toEqual([0, 4, 5]);
    expect([...truth.subarray(0, 5)]).toEqual([1, 3, 2, 0, 3]);
    expect([...overlap.subarray(0, 5)]).toEqual([1, 90 / 110, 80 / 120, 80 / 120, 0.5]);
  });

  test("are those of a loop over all pairs, in any number", () => {
    let most = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const random = randomNumbers(seed);
      const below = (n: number) => Math.floor(random() * n);
      const place = () => ({
        image: below(2),
        category: below(4) - 1,
        box: [2 * below(3), 0, 10 + 2 * below(2), 10 + 5 * below(2)] as const,
      });
      const count = seed < 8 ? 20 : 130;
      const set = smallSet({
        images: 2,
        classes: 3,
        truth: Array.from({ length: count }, place),
        predictions: Array.from({ length: 2 * count }, () => ({ ...place(), score: random() })),
      });
      const flags = (length: number) => Uint8Array.from({ length }, () => Number(random() < 0.2));
      const absorbs = flags(count);
      const dropped = { droppedTruth: flags(count), droppedPredictions: flags(2 * count) };
      for (const options of [
        { lowest: 0.5, absorbs },
        { lowest: 0.3, absorbs, ...dropped },
      ]) {
        const candidates = candidatesOf(set, options);
        expect(candidates, `seed ${seed}`).toEqual(plainCandidates(set, options));
        most = Math.max(most, candidates.flat().length);
      }
    }
    // More than the list begins with, twice over.
    expect(most).toBeGreaterThan(2048);
  });
});
