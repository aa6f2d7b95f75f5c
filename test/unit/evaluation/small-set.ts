import type { EvaluationSet } from "../../../shared/evaluation/types.ts";

export interface Label {
  readonly image?: number;
  readonly category?: number;
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly area?: number;
  readonly crowd?: boolean;
  readonly ignore?: boolean;
}

export interface Guess {
  readonly image?: number;
  readonly category?: number;
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly score: number;
}

/** A set from labels and predictions written out by hand; image and category are indices, 0 where left out. */
export function smallSet(
  labels: readonly Label[],
  guesses: readonly Guess[],
  { images = 2, classes = 1 } = {},
): EvaluationSet {
  return {
    imageIds: Array.from({ length: images }, (_, i) => 11 + 7 * i),
    categoryIds: Array.from({ length: classes }, (_, k) => 3 + 2 * k),
    categoryNames: Array.from({ length: classes }, (_, k) => `class ${k}`),
    truth: {
      image: Int32Array.from(labels, ({ image = 0 }) => image),
      category: Int32Array.from(labels, ({ category = 0 }) => category),
      boxes: Float64Array.from(labels.flatMap(({ box }) => box)),
      area: Float64Array.from(labels, ({ area, box }) => area ?? box[2] * box[3]),
      crowd: Uint8Array.from(labels, ({ crowd = false }) => Number(crowd)),
      ignore: Uint8Array.from(labels, ({ ignore = false }) => Number(ignore)),
    },
    predictions: {
      image: Int32Array.from(guesses, ({ image = 0 }) => image),
      category: Int32Array.from(guesses, ({ category = 0 }) => category),
      boxes: Float64Array.from(guesses.flatMap(({ box }) => box)),
      score: Float64Array.from(guesses, ({ score }) => score),
    },
  };
}
