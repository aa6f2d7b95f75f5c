/** Numbers as golden files hold them: nested lists. */
export type Nested = number | readonly Nested[];

export function flat(nested: Nested): Float64Array {
  return typeof nested === "number"
    ? Float64Array.of(nested)
    : Float64Array.from((nested as unknown[]).flat(Infinity) as number[]);
}

/** Below this size a list counts as zero up to rounding (the gradient of a bias before a batch norm, say). */
const SMALLEST_SCALE = 1e-6;

/**
 * Largest difference of two lists over the largest entry expected.
 * Infinity where the lengths differ or a number is not finite.
 */
export function worstRelative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  let scale = SMALLEST_SCALE;
  for (let k = 0; k < expected.length; k++) {
    const difference = Math.abs(actual[k]! - expected[k]!);
    if (!(difference < Infinity)) return Infinity;
    worst = Math.max(worst, difference);
    scale = Math.max(scale, Math.abs(expected[k]!));
  }
  return worst / scale;
}
