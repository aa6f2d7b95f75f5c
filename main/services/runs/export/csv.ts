import type { RunReport } from "../../../../shared/api/runs.ts";
import type { ExportInput } from "./export-runs.ts";

const HEADER = ["run", "protocol", "section", "class", "bucket", "metric", "at", "value"] as const;

type Row = Partial<Record<(typeof HEADER)[number], string | number | null>>;

/**
 * Every number of the runs, one a row: `section` says where it belongs, `at` is the IoU, recall, score or size it is
 * taken at. Numbers in full precision, 0..1; empty where there is nothing to score. UTF-8, CRLF, RFC 4180.
 */
export function csvOf({ reports }: ExportInput): string {
  const lines = [HEADER.join(",")];
  for (const report of reports) {
    const run = report.name;
    const { protocol } = report;
    for (const row of rowsOf(report)) {
      const cells: Row = { run, protocol, ...row };
      lines.push(HEADER.map((name) => cell(cells[name])).join(","));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

function* rowsOf(report: RunReport): Generator<Row> {
  for (const { key, value } of report.summary) yield { section: "summary", metric: key, value };
  yield* bucketRows(report);
  yield* classRows(report);
  yield* histogramRows(report);
}

function* bucketRows({ buckets, iouThresholds }: RunReport): Generator<Row> {
  for (const { label: bucket, curves, apByIou, ...scores } of buckets) {
    const section = "bucket";
    for (const [metric, value] of Object.entries(scores)) yield { section, bucket, metric, value };
    for (const [t, value] of apByIou.entries()) {
      yield { section: "ap-by-iou", bucket, metric: "AP", at: iouThresholds[t] ?? null, value };
    }
    for (const [metric, curve] of Object.entries(curves ?? {})) {
      for (const [r, value] of curve.entries()) {
        yield { section: "precision-recall", bucket, metric, at: r / (curve.length - 1), value };
      }
    }
  }
}

function* classRows({ perClass }: RunReport): Generator<Row> {
  for (const { name, buckets, categoryId: _id, ...scores } of perClass) {
    for (const [metric, value] of Object.entries(scores))
      yield { section: "class", class: name, metric, value };
    for (const [bucket, value] of Object.entries(buckets)) {
      yield { section: "class", class: name, bucket, metric: "ap", value };
    }
  }
}

function* histogramRows({ scoreHistogram, sizeHistogram }: RunReport): Generator<Row> {
  const series = [
    [
      "scores",
      scoreHistogram.edges,
      { hits: scoreHistogram.hits, "false alarms": scoreHistogram.falseAlarms },
    ],
    ["sizes", sizeHistogram.edges, { objects: sizeHistogram.truth, found: sizeHistogram.found }],
  ] as const;
  for (const [section, edges, columns] of series) {
    for (const [metric, counts] of Object.entries(columns)) {
      for (const [bin, value] of counts.entries())
        yield { section, metric, at: edges[bin] ?? null, value };
    }
  }
}

/** Text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+@\-\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
