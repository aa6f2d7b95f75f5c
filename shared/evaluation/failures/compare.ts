import type { EvaluationParams } from "../../domain/protocols.ts";
import { rangesHolding } from "../group-truth.ts";
import type { TruthColumns } from "../types.ts";
import { HIT, IGNORED, type Verdicts } from "./verdicts.ts";

/** Objects of one area range by what two runs made of them: rows of the truth columns, in file order. */
export interface BucketChange {
  readonly label: string;
  /** Missed by the first run, found by the second. */
  readonly gained: Int32Array;
  /** Found by the first run, missed by the second. */
  readonly lost: Int32Array;
  readonly both: Int32Array;
  readonly neither: Int32Array;
}

/**
 * Compares two runs of one dataset, judged at the same IoU and score thresholds, object by object. Ranges are closed
 * at both ends, so an object on a border is in two. Objects that either run ignores are left out.
 */
export function compareRuns(
  truth: TruthColumns,
  params: EvaluationParams,
  first: Pick<Verdicts, "truth">,
  second: Pick<Verdicts, "truth">,
): BucketChange[] {
  const buckets = params.areaRanges.map(({ label }) => ({
    label,
    gained: [] as number[],
    lost: [] as number[],
    both: [] as number[],
    neither: [] as number[],
  }));
  for (let t = 0; t < truth.area.length; t++) {
    if (first.truth[t] === IGNORED || second.truth[t] === IGNORED) continue;
    const before = first.truth[t] === HIT;
    const after = second.truth[t] === HIT;
    const change = after ? (before ? "both" : "gained") : before ? "lost" : "neither";
    const held = rangesHolding(truth.area[t]!, params);
    buckets.forEach((bucket, a) => {
      if ((held >> a) & 1) bucket[change].push(t);
    });
  }
  return buckets.map(({ label, gained, lost, both, neither }) => ({
    label,
    gained: Int32Array.from(gained),
    lost: Int32Array.from(lost),
    both: Int32Array.from(both),
    neither: Int32Array.from(neither),
  }));
}
