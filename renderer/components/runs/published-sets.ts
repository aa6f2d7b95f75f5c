import type { RunReport } from "../../../shared/api/runs.ts";
import {
  publishedTables,
  type PublishedRow,
  type PublishedTable,
} from "../../../shared/domain/published.ts";
import type { BarSet } from "../charts/options/bucket-bars.ts";

/** Tables whose columns mean the same as this run's numbers. */
export function tablesFor(report: RunReport): readonly PublishedTable[] {
  const keys = new Set(report.summary.map((metric) => metric.key));
  return publishedTables.filter(
    (table) =>
      table.kind === "results" &&
      table.protocol === report.protocol &&
      table.columns.every((key) => keys.has(key)),
  );
}

/** A published row as bars over the run's buckets. */
export function barsOf(row: PublishedRow, report: RunReport): BarSet {
  return {
    name: row.method,
    published: true,
    ap: Object.fromEntries(
      report.buckets.map((bucket, at) => {
        const percent = row.metrics[apKeyOf(bucket.label, at, report)];
        return [bucket.label, percent === undefined ? null : percent / 100];
      }),
    ),
  };
}

/** The summary's key of a bucket's AP: the first range is the headline, COCO's others end in a letter. */
export function apKeyOf(label: string, at: number, report: RunReport): string {
  if (at === 0) return "AP";
  return report.protocol === "coco" ? `AP${label[0] ?? ""}` : `AP_${label}`;
}
