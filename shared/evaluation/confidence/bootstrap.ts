/**
 * How far AP could move with other images of the same kind: bootstrap over images, percentile intervals. For two runs
 * the same images are drawn for both, so that what both find easy or hard drops out of the difference. A class that a
 * resample holds no object of leaves its mean, as it would in a set of those images; with many rare classes this moves
 * the interval, not only widens it.
 * Source: Efron, Bootstrap methods: another look at the jackknife (1979).
 */
import { AppError } from "../../domain/app-error.ts";
import type { EvaluationParams } from "../../domain/protocols.ts";
import type { EvaluationSet } from "../types.ts";
import { outcomesOf } from "./outcomes.ts";
import { seededRandom } from "./seeded-random.ts";
import { WeightedAp } from "./weighted-ap.ts";

export interface BootstrapOptions {
  readonly resamples: number;
  readonly seed: number;
  /** Share of resamples inside the interval. */
  readonly level: number;
  /** Called after each resample with how many are done. */
  readonly onResample?: (done: number) => void;
}

export const bootstrapDefaults = {
  resamples: 1000,
  seed: 1,
  level: 0.95,
} as const satisfies BootstrapOptions;

export interface Interval {
  /** Of all images as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BucketInterval {
  readonly label: string;
  /** null where the range holds no object, or too few images do to say anything. */
  readonly ap: Interval | null;
  readonly ap50: Interval | null;
}

export interface BucketDifference extends BucketInterval {
  /** True where the interval of the difference of AP holds 0; null where there is none. */
  readonly withinNoise: boolean | null;
}

/**
 * Intervals of the AP of each area range. The set must have passed `checkSet`. `draw` may answer from what it keeps.
 */
export function bootstrapAp(
  set: EvaluationSet,
  params: EvaluationParams,
  options: BootstrapOptions = bootstrapDefaults,
  draw = drawScores,
): BucketInterval[] {
  const scores = draw(set, params, { ...options, from: 0, to: options.resamples });
  return intervalsOf(scores, params, options.level);
}

/**
 * Intervals of `second` minus `first`, two sets of predictions on the same images. Throws `evaluation/other-images`
 * where the images differ.
 */
export function bootstrapDifference(
  first: EvaluationSet,
  second: EvaluationSet,
  params: EvaluationParams,
  options: BootstrapOptions = bootstrapDefaults,
  draw = drawScores,
): BucketDifference[] {
  const images = first.imageIds.length;
  const isSame =
    second.imageIds.length === images && first.imageIds.every((id, i) => second.imageIds[i] === id);
  if (!isSame)
    throw new AppError(
      "evaluation/other-images",
      `The runs have ${images} and ${second.imageIds.length} images, or other ones; compare runs of one dataset.`,
    );
  const draws = { ...options, from: 0, to: options.resamples };
  const before = draw(first, params, draws);
  const after = draw(second, params, draws);
  return differencesOf(before, after, params, options.level);
}

/** AP and AP50 of each area range, NaN where it holds no object: of all images, then of each resample. */
export interface DrawnScores {
  /** [A,2] */
  readonly whole: Float64Array;
  /** [resamples,A,2] */
  readonly drawn: Float64Array;
}

/**
 * Scores of the resamples `from` up to `to`. A resample is decided by the seed and its number alone, so that parts
 * can be drawn in several threads and put together, and two runs see the same images.
 */
export function drawScores(
  set: EvaluationSet,
  params: EvaluationParams,
  {
    seed,
    from,
    to,
    onResample,
  }: Pick<BootstrapOptions, "seed" | "onResample"> & {
    readonly from: number;
    readonly to: number;
  },
): DrawnScores {
  const scorer = new WeightedAp(outcomesOf(set, params));
  const images = set.imageIds.length;
  const weights = new Int32Array(images).fill(1);
  const width = 2 * params.areaRanges.length;
  const whole = new Float64Array(width);
  const drawn = new Float64Array((to - from) * width);
  const write = (into: Float64Array, at: number) =>
    scorer.at(weights).forEach(({ ap, ap50 }, a) => {
      into[at + 2 * a] = ap ?? NaN;
      into[at + 2 * a + 1] = ap50 ?? NaN;
    });
  write(whole, 0);
  for (let r = from; r < to; r++) {
    const random = seededRandom(Math.imul(seed, 0x9e3779b1) + Math.imul(r, 0x85ebca6b));
    weights.fill(0);
    for (let i = 0; i < images; i++) weights[Math.floor(random() * images)]!++;
    write(drawn, (r - from) * width);
    onResample?.(r - from + 1);
  }
  return { whole, drawn };
}

export function intervalsOf(
  { whole, drawn }: DrawnScores,
  { areaRanges }: EvaluationParams,
  level: number = bootstrapDefaults.level,
): BucketInterval[] {
  const width = 2 * areaRanges.length;
  return areaRanges.map(({ label }, a) => ({
    label,
    ap: percentileInterval(whole, drawn, 2 * a, width, level),
    ap50: percentileInterval(whole, drawn, 2 * a + 1, width, level),
  }));
}

/** Of `after` minus `before`; both must come from the same seed and numbers of resamples. */
export function differencesOf(
  before: DrawnScores,
  after: DrawnScores,
  params: EvaluationParams,
  level: number = bootstrapDefaults.level,
): BucketDifference[] {
  const scores = {
    whole: after.whole.map((value, i) => value - before.whole[i]!),
    drawn: after.drawn.map((value, i) => value - before.drawn[i]!),
  };
  return intervalsOf(scores, params, level).map((bucket) => ({
    ...bucket,
    withinNoise: bucket.ap === null ? null : bucket.ap.low <= 0 && bucket.ap.high >= 0,
  }));
}

/** null where fewer than half of the resamples held an object. */
function percentileInterval(
  whole: Float64Array,
  drawn: Float64Array,
  column: number,
  width: number,
  level: number,
): Interval | null {
  const value = whole[column]!;
  const sorted = drawn.filter((score, i) => i % width === column && !Number.isNaN(score)).sort();
  if (Number.isNaN(value) || sorted.length === 0 || sorted.length < drawn.length / width / 2)
    return null;
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
  };
  return { value, low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
