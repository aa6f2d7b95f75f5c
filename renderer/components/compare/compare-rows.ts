import type { RunReport } from "../../../shared/api/runs.ts";
import { failuresLink } from "../../composables/links.ts";
import { t } from "../../text/t.ts";
import { rangeWords } from "../charts/options/bucket-bars.ts";
import type { DifferenceRow } from "./DifferenceTable.vue";

/** Headline numbers that any of the runs has. */
export function metricRows(reports: readonly RunReport[]): readonly DifferenceRow[] {
  const keys = [...new Set(reports.flatMap((report) => report.summary.map((entry) => entry.key)))];
  return keys.map((key) => ({
    key,
    label: key,
    isMetric: true,
    values: reports.map(
      (report) => report.summary.find((entry) => entry.key === key)?.value ?? null,
    ),
  }));
}

export function bucketRows(reports: readonly RunReport[]): readonly DifferenceRow[] {
  return bucketsOf(reports).map((bucket) => ({
    key: bucket.label,
    label: bucket.label,
    note: `${rangeWords(bucket)} · ${t("common.objects", { n: bucket.truthCount })}`,
    values: reports.map(
      (report) => report.buckets.find((other) => other.label === bucket.label)?.ap ?? null,
    ),
  }));
}

/** Buckets of the first run, then those only others have. */
export function bucketsOf(reports: readonly RunReport[]): readonly RunReport["buckets"][number][] {
  const found = new Map<string, RunReport["buckets"][number]>();
  for (const bucket of reports.flatMap((report) => report.buckets)) {
    if (!found.has(bucket.label)) found.set(bucket.label, bucket);
  }
  return [...found.values()];
}

/** AP of each class, the largest difference to the first run on top; classes are joined by name. */
export function classRows(reports: readonly RunReport[]): readonly DifferenceRow[] {
  const names = new Map(
    reports.flatMap((report) => report.perClass.map((row) => [row.name, row] as const)),
  );
  const rows = [...names].map(([name, { categoryId, truthCount }]) => ({
    key: name,
    label: name,
    note: t("common.objects", { n: truthCount }),
    values: reports.map((report) => report.perClass.find((row) => row.name === name)?.ap ?? null),
    link: failuresLink({
      datasetId: reports.at(-1)?.datasetId,
      runId: reports.at(-1)?.id,
      categoryIds: [categoryId],
    }),
  }));
  return rows.sort((a, b) => largest(b.values) - largest(a.values));
}

function largest(values: readonly (number | null)[]): number {
  const base = values[0] ?? null;
  const differences = values.map((value) =>
    value === null || base === null ? 0 : Math.abs(value - base),
  );
  return Math.max(0, ...differences);
}

/** Why the numbers are not comparable as they stand; empty where they are. */
export function reasonsNotComparable(reports: readonly RunReport[]): readonly string[] {
  const differ = (keyOf: (report: RunReport) => unknown) =>
    new Set(reports.map((report) => JSON.stringify(keyOf(report)))).size > 1;
  return [
    ...(differ((report) => report.datasetId) ? [t("compare.differDataset")] : []),
    ...(differ((report) => report.params) ? [t("compare.differProtocol")] : []),
    ...(!differ((report) => report.datasetId) && differ((report) => report.revision)
      ? [t("compare.differRevision")]
      : []),
  ];
}
