import type { RunIntervals } from "../../../shared/api/analysis.ts";
import type { RunReport } from "../../../shared/api/runs.ts";
import type { Interval } from "../charts/options/whiskers.ts";
import { apKeyOf } from "./published-sets.ts";

type Intervals = Readonly<Record<string, Interval>>;

/** Intervals of AP by bucket; null while they are worked out. */
export function bucketIntervals(found: RunIntervals | null): Intervals | null {
  if (!found) return null;
  return Object.fromEntries(found.buckets.flatMap(({ label, ap }) => (ap ? [[label, ap]] : [])));
}

/** The same by the summary's keys. */
export function summaryIntervals(report: RunReport, found: RunIntervals | null): Intervals {
  const entries = (found?.buckets ?? []).flatMap(({ label, ap, ap50 }, at) => [
    ...(ap ? [[apKeyOf(label, at, report), ap] as const] : []),
    ...(ap50 && at === 0 ? [["AP50", ap50] as const] : []),
  ]);
  return Object.fromEntries(entries);
}
