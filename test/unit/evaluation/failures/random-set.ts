import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import type { XywhPixels } from "../../../../shared/domain/records.ts";
import { smallSet, type SmallSet } from "./small-set.ts";

/** The same numbers for the same seed, 0..1. */
export function randomNumbers(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A small crowded set with score ties, equal overlaps, flags and boxes on a coarse lattice. */
export function randomSet(
  seed: number,
  { images = 3, classes = 2, truth = 12, predictions = 30 } = {},
): EvaluationSet {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const box = (): XywhPixels => [4 * below(12), 4 * below(6), 8 + 4 * below(10), 8 + 4 * below(6)];
  const shifted = ([x, y, w, h]: XywhPixels): XywhPixels => [
    x + 2 * below(3),
    y,
    w - 2 * below(3),
    h - 2 * below(3),
  ];
  const objects = Array.from({ length: truth }, () => ({
    image: below(images),
    category: below(classes),
    box: box(),
    crowd: random() < 0.1,
    ignore: random() < 0.1,
  }));
  const small: SmallSet = {
    images,
    classes,
    truth: objects,
    predictions: Array.from({ length: predictions }, () => {
      const near = random() < 0.6 ? objects[below(truth)] : undefined;
      return {
        image: near?.image ?? below(images),
        category: near !== undefined && random() < 0.8 ? near.category : below(classes),
        box: near === undefined ? box() : shifted(near.box),
        score: below(10) / 10,
      };
    }),
  };
  return smallSet(small);
}
