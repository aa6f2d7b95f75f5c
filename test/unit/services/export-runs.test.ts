import { expect, test } from "vitest";
import type { RunReport } from "../../../shared/api/runs.ts";
import { exportRuns } from "../../../main/services/runs/export/export-runs.ts";

const report: RunReport = {
  id: 3,
  name: 'Night, "v2" <b>',
  datasetId: 5,
  predictionSetId: 7,
  predictionSetName: "v2",
  protocol: "coco",
  headline: 0.321,
  revision: 2,
  stale: true,
  warningCount: 1,
  createdAt: Date.UTC(2026, 4, 6, 7, 8),
  params: {
    protocol: "coco",
    areaRanges: [{ label: "all", low: 0, high: 1e10 }],
    maxDets: [1, 10, 100],
  },
  evaluatorVersion: "1.0.0",
  iouThresholds: [0.5, 0.75],
  summary: [
    { key: "AP", value: 0.321 },
    { key: "AR1", value: null },
  ],
  buckets: [
    {
      label: "all",
      low: 0,
      high: 1e10,
      truthCount: 11,
      imageCount: 4,
      ap: 0.321,
      ap50: 0.5,
      ap75: 0.1,
      ar: 0.4,
      apByIou: [0.5, 0.1],
      curves: { iou50: [1, 0.5, 0], iou75: [0.3, 0, 0], mean: [0.65, 0.25, 0] },
    },
  ],
  perClass: [
    {
      categoryId: 2,
      name: '=cmd("x"), <script>',
      truthCount: 11,
      predictionCount: 13,
      ap: 0.321,
      ap50: 0.5,
      ap75: 0.1,
      ar: 0.4,
      buckets: { all: 0.321 },
    },
  ],
  scoreHistogram: { edges: [0, 0.5, 1], hits: [2, 6], falseAlarms: [4, 1] },
  sizeHistogram: { edges: [0, 12, 20], truth: [7, 4], found: [3, 3] },
  warnings: [{ code: "x", message: "3 < 4 & more", count: 3 }],
  timings: { load: 1, evaluate: 2, accumulate: 3, total: 6 },
};
const other: RunReport = { ...report, id: 4, name: "Other", summary: [{ key: "AP", value: 0.3 }] };
const input = {
  reports: [report, other],
  datasetNames: new Map([[5, "Streets & roads"]]),
  programVersion: "1.2.3",
};

test("the table holds every number, one a row, quoted, and no cell is a formula", () => {
  const { text, type, name } = exportRuns("csv", { ...input, reports: [report] });
  expect(type).toBe("text/csv; charset=utf-8");
  expect(name).toBe("Night-v2-b.csv");
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("run,protocol,section,class,bucket,metric,at,value");
  expect(lines[1]).toBe('"Night, ""v2"" <b>",coco,summary,,,AP,,0.321');
  expect(lines[2]).toMatch(/AR1,,$/);
  expect(lines.filter((line) => line.includes(",precision-recall,"))).toHaveLength(9);
  expect(lines.find((line) => line.includes("iou50,0.5,"))).toMatch(/,0\.5$/);
  const ofClass = lines.filter((line) => line.includes(",coco,class,"));
  expect(ofClass).toHaveLength(7);
  for (const line of ofClass) expect(line).toContain(`"'=cmd(""x""), <script>"`);
});

test("the JSON document holds the reports as they are, with the dataset's name", () => {
  const document = JSON.parse(exportRuns("json", input).text) as {
    runs: unknown[];
    version: string;
  };
  expect(document.version).toBe("1.2.3");
  expect(document.runs).toEqual([
    { ...report, dataset: "Streets & roads" },
    { ...other, dataset: "Streets & roads" },
  ]);
});

test("the page shows differences, escapes names, and needs no script and nothing from elsewhere", () => {
  const { text } = exportRuns("html", input);
  expect(text).toContain("<td>32.1</td><td>30.0</td><td>−2.1</td>");
  expect(text).toContain("Streets &amp; roads");
  expect(text).toContain("3 &lt; 4 &amp; more");
  expect(text).not.toMatch(/<script|<b>|https?:|src=|@import/);
  expect(text.match(/<svg /g)).toHaveLength(5);
});

test("a run without classes, curves or objects still gives a page", () => {
  const empty: RunReport = {
    ...report,
    buckets: [{ ...report.buckets[0]!, ap: null, apByIou: [], curves: null, truthCount: 0 }],
    perClass: [],
    scoreHistogram: { edges: [], hits: [], falseAlarms: [] },
    sizeHistogram: { edges: [], truth: [], found: [] },
  };
  const { text } = exportRuns("html", { ...input, reports: [empty] });
  expect(text).toContain("–");
  expect(text).not.toContain("NaN");
});
