import type { EvaluationParams } from "../../domain/protocols.ts";
import type { EvaluationSet } from "../types.ts";
import { outcomesOf } from "./outcomes.ts";
import { seededRandom } from "./seeded-random.ts";
import { WeightedAp } from "./weighted-ap.ts";

/** Pixels by which boxes are moved. */
export const noiseSteps = [0, 0.5, 1, 2] as const;

export interface NoiseCurve {
  readonly label: string;
  /** One for each step. */
  readonly points: readonly {
    readonly pixels: number;
    /** AP of the predictions against moved labels, 0..1; null where the range holds no object. */
    readonly ap: number | null;
    /** AP of a detector that predicts the labels exactly: what such label noise leaves to be reached. */
    readonly ceiling: number | null;
  }[];
}

/**
 * How AP of each area range falls when every label is moved by some pixels in a direction of its own. Sizes, and so
 * ranges, stay. The same seed gives the same directions at every step.
 */
export function boxNoise(
  set: EvaluationSet,
  params: EvaluationParams,
  { seed = 1, steps = noiseSteps }: { seed?: number; steps?: readonly number[] } = {},
): NoiseCurve[] {
  const perfect = { ...set, predictions: asPredictions(set) };
  const rows = steps.map((pixels) => {
    const boxes = moved(set.truth.boxes, pixels, seed);
    return {
      pixels,
      run: score({ ...set, truth: { ...set.truth, boxes } }, params),
      ceiling: score({ ...perfect, truth: { ...set.truth, boxes } }, params),
    };
  });
  return params.areaRanges.map(({ label }, a) => ({
    label,
    points: rows.map(({ pixels, run, ceiling }) => ({
      pixels,
      ap: run[a]!.ap,
      ceiling: ceiling[a]!.ap,
    })),
  }));
}

function score(set: EvaluationSet, params: EvaluationParams) {
  return new WeightedAp(outcomesOf(set, params)).at(new Int32Array(set.imageIds.length).fill(1));
}

function moved(boxes: Float64Array, pixels: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const result = boxes.slice();
  for (let at = 0; at < boxes.length; at += 4) {
    const angle = 2 * Math.PI * random();
    result[at]! += pixels * Math.cos(angle);
    result[at + 1]! += pixels * Math.sin(angle);
  }
  return result;
}

/** Every label as a prediction of score 1. */
function asPredictions({ truth }: EvaluationSet): EvaluationSet["predictions"] {
  const { image, category, boxes } = truth;
  return { image, category, boxes, score: new Float64Array(image.length).fill(1) };
}
