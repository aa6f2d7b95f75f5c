import type { Overlaps } from "./overlaps.ts";

export interface MatchInput {
  /** [P] prediction rows by descending score. */
  readonly order: Int32Array;
  /** [P] 1 for predictions within maxDets. */
  readonly admitted: Uint8Array;
  readonly overlaps: Overlaps;
  /** At most 16 overlaps, ascending. */
  readonly thresholds: readonly number[];
  /** [N] 1 for ground truth that counts neither way, here or in this area range. */
  readonly ignored: Uint8Array;
  /** [N] 1 for crowd-like ground truth, which any number of predictions may match. */
  readonly absorbs: Uint8Array;
  /** [P] 1 for predictions that are ignored where they match nothing. */
  readonly ignoredUnmatched: Uint8Array;
}

/** One bit a threshold, the lowest threshold in bit 0. */
export interface MatchMasks {
  /** [P] */
  readonly hit: Uint16Array;
  /** [P] matched to ignored ground truth, or unmatched and out of range. */
  readonly ignored: Uint16Array;
  /** [N] ground truth found. */
  readonly found: Uint16Array;
}

/**
 * The greedy matching of all thresholds at once. Images and classes do not touch one another, so one walk by
 * descending score over the whole set is the same as one walk for each. Ground truth that counts is preferred to
 * ignored ground truth of any overlap.
 */
export function matchRange(input: MatchInput): MatchMasks {
  const { order, admitted, overlaps, thresholds, ignored, absorbs, ignoredUnmatched } = input;
  const all = (1 << thresholds.length) - 1;
  const masks = {
    hit: new Uint16Array(order.length),
    ignored: new Uint16Array(order.length),
    found: new Uint16Array(ignored.length),
  };
  const taken = new Uint16Array(ignored.length);
  for (const p of order) {
    if (admitted[p] === 0) continue;
    let open = all;
    for (let pass = 0; pass < 2; pass++) {
      for (let k = overlaps.start[p]!; k < overlaps.end[p]!; k++) {
        const t = overlaps.truth[k]!;
        if (ignored[t] !== pass) continue;
        const free = absorbs[t] === 1 ? all : all & ~taken[t]!;
        const take = reachOf(overlaps.overlap[k]!, thresholds) & free & open;
        if (take === 0) continue;
        open &= ~take;
        taken[t]! |= take;
        if (pass === 0) masks.hit[p]! |= take;
        else masks.ignored[p]! |= take;
      }
    }
    if (ignoredUnmatched[p] === 1) masks.ignored[p]! |= open;
  }
  for (let t = 0; t < taken.length; t++) masks.found[t] = ignored[t] === 1 ? 0 : taken[t]!;
  return masks;
}

function reachOf(overlap: number, thresholds: readonly number[]): number {
  let reached = 0;
  while (reached < thresholds.length && overlap >= thresholds[reached]!) reached++;
  return (1 << reached) - 1;
}
