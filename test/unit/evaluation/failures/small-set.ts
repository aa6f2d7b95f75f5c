import type { XywhPixels } from "../../../../shared/domain/records.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";

export interface SmallSet {
  /** Number of images, 1 without it. */
  readonly images?: number;
  /** Number of classes, 1 without it. */
  readonly classes?: number;
  readonly truth?: readonly {
    readonly image?: number;
    readonly category?: number;
    readonly box: XywhPixels;
    readonly area?: number;
    readonly crowd?: boolean;
    readonly ignore?: boolean;
  }[];
  readonly predictions?: readonly {
    readonly image?: number;
    readonly category?: number;
    readonly box: XywhPixels;
    readonly score: number;
  }[];
  readonly regions?: readonly { readonly image?: number; readonly box: XywhPixels }[];
  /** width, height of each image */
  readonly sizes?: readonly (readonly [number, number])[];
}

/** Writes a set by hand: what is left out is image 0, class 0, area w*h and no flags. */
export function smallSet(small: SmallSet): EvaluationSet {
  const { images = 1, classes = 1, truth = [], predictions = [], regions = [], sizes } = small;
  return {
    imageIds: Array.from({ length: images }, (_, i) => 101 + 7 * i),
    categoryIds: Array.from({ length: classes }, (_, k) => 3 + 2 * k),
    categoryNames: Array.from({ length: classes }, (_, k) => `class ${k}`),
    truth: {
      image: Int32Array.from(truth, ({ image = 0 }) => image),
      category: Int32Array.from(truth, ({ category = 0 }) => category),
      boxes: Float64Array.from(truth.flatMap(({ box }) => [...box])),
      area: Float64Array.from(truth, ({ box, area = box[2] * box[3] }) => area),
      crowd: Uint8Array.from(truth, ({ crowd = false }) => Number(crowd)),
      ignore: Uint8Array.from(truth, ({ ignore = false }) => Number(ignore)),
    },
    predictions: {
      image: Int32Array.from(predictions, ({ image = 0 }) => image),
      category: Int32Array.from(predictions, ({ category = 0 }) => category),
      boxes: Float64Array.from(predictions.flatMap(({ box }) => [...box])),
      score: Float64Array.from(predictions, ({ score }) => score),
    },
    regions: {
      image: Int32Array.from(regions, ({ image = 0 }) => image),
      boxes: Float64Array.from(regions.flatMap(({ box }) => [...box])),
    },
    ...(sizes === undefined ? {} : { imageSizes: Float64Array.from(sizes.flat()) }),
  };
}
