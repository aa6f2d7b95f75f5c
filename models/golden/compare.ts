/** Differences between what was computed and what is expected. */

export interface Measure {
  readonly worst: number;
  /** What the worst difference was found in. */
  readonly at: string;
  readonly notes: readonly string[];
}

/** Collects the worst of several differences. */
export class Worst {
  #worst = 0;
  #at = "";
  readonly #notes: string[] = [];

  add(at: string, difference: number): void {
    // A NaN is the worst there is and stays.
    if (!Number.isNaN(this.#worst) && !(difference <= this.#worst)) {
      this.#worst = difference;
      this.#at = at;
    }
  }

  note(text: string): void {
    this.#notes.push(text);
  }

  result(): Measure {
    return { worst: this.#worst, at: this.#at, notes: this.#notes };
  }
}

type Values = ArrayLike<number>;

/** Largest absolute difference; NaN where one is not a number or the lengths differ. */
export function absoluteDifference(actual: Values, expected: Values): number {
  if (actual.length !== expected.length) return NaN;
  let worst = 0;
  for (let i = 0; i < actual.length; i += 1) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference)) return NaN;
    if (difference > worst) worst = difference;
  }
  return worst;
}

/** Largest absolute difference in units of the largest expected value, or of 1 where that is smaller. */
export function scaledDifference(actual: Values, expected: Values): number {
  let largest = 1;
  for (let i = 0; i < expected.length; i += 1) largest = Math.max(largest, Math.abs(expected[i]!));
  return absoluteDifference(actual, expected) / largest;
}

/** Euclidean norm of the difference over the norm of what is expected (plus a trifle, for zeros). */
export function normDifference(actual: Values, expected: Values, trifle = 1e-12): number {
  if (actual.length !== expected.length) return NaN;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < actual.length; i += 1) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(difference) / (Math.sqrt(size) + trifle);
}

/** Below this size a list counts as zero up to rounding (the gradient of a bias before a batch norm, say). */
const SMALLEST_SCALE = 1e-6;

/**
 * Largest difference over the largest expected entry. Infinity where the lengths differ or a number is not finite.
 */
export function worstRelative(actual: Values, expected: Values): number {
  const worst = absoluteDifference(actual, expected);
  if (!(worst < Infinity)) return Infinity;
  let scale = SMALLEST_SCALE;
  for (let i = 0; i < expected.length; i += 1) scale = Math.max(scale, Math.abs(expected[i]!));
  return worst / scale;
}

/** Numbers as golden files hold them. */
export type Nested = number | readonly Nested[];

/** All numbers of nested lists, in order. */
export function flatten(nested: unknown): Float64Array {
  return Float64Array.from((nested as unknown[]).flat(Infinity) as number[]);
}
