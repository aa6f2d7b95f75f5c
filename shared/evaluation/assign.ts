/**
 * The greedy rule of COCO-style matching, for one prediction at all IoU thresholds at once.
 *
 * Each candidate carries the thresholds it reaches as bits, each ground truth the thresholds at which it is taken.
 * `reach & open & ~taken` is then what walking the ground truths once for each threshold would give: among those
 * that count, the free one of highest IoU (the later of equals), and only where there is none, an ignored one.
 */
import type { Candidates } from "./overlap.ts";
import { ALL_THRESHOLDS } from "./thresholds.ts";

/** What the rule needs to know of the ground truths; all arrays are in the order of the truth columns. */
export interface TruthState {
  readonly rangeCount: number;
  /** [N] 1 where any number of predictions may match. */
  readonly crowd: Uint8Array;
  /** [N] a bit for each area range in which the ground truth does not count. */
  readonly ignoredIn: Uint16Array;
  /** [N,A] a bit for each threshold at which the ground truth is taken; written by `assign`. */
  readonly taken: Uint16Array;
}

/**
 * Assigns ground truths to prediction `index` of `candidates` in every area range. inRange: a bit for each range
 * that holds the prediction's own area. Writes bits of thresholds to hits[at + a] and ignored[at + a].
 */
export function assign(
  truth: TruthState,
  candidates: Candidates,
  index: number,
  inRange: number,
  hits: Uint16Array,
  ignored: Uint16Array,
  at: number,
): void {
  const from = candidates.start[index]!;
  const to = from + candidates.count[index]!;
  for (let range = 0; range < truth.rangeCount; range++) {
    const hit = takeCounting(truth, candidates, from, to, range);
    let open = ALL_THRESHOLDS & ~hit;
    let passive = open === 0 ? 0 : takeIgnored(truth, candidates, from, to, range, open);
    open &= ~passive;
    if (((inRange >> range) & 1) === 0) passive |= open;
    hits[at + range] = hit;
    ignored[at + range] = passive;
  }
}

function takeCounting(
  { rangeCount, ignoredIn, taken }: TruthState,
  candidates: Candidates,
  from: number,
  to: number,
  range: number,
): number {
  let open = ALL_THRESHOLDS;
  for (let c = from; c < to; c++) {
    const truth = candidates.truth[c]!;
    if ((ignoredIn[truth]! >> range) & 1) continue;
    const slot = truth * rangeCount + range;
    const take = candidates.reach[c]! & open & ~taken[slot]!;
    taken[slot]! |= take;
    open &= ~take;
  }
  return ALL_THRESHOLDS & ~open;
}

function takeIgnored(
  { rangeCount, crowd, ignoredIn, taken }: TruthState,
  candidates: Candidates,
  from: number,
  to: number,
  range: number,
  openBefore: number,
): number {
  let open = openBefore;
  for (let c = from; c < to; c++) {
    const truth = candidates.truth[c]!;
    if (((ignoredIn[truth]! >> range) & 1) === 0) continue;
    const slot = truth * rangeCount + range;
    const free = crowd[truth] ? ALL_THRESHOLDS : ~taken[slot]!;
    const take = candidates.reach[c]! & open & free;
    taken[slot]! |= take;
    open &= ~take;
  }
  return openBefore & ~open;
}
