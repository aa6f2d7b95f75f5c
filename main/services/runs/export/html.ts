import type { RunReport } from "../../../../shared/api/runs.ts";
import { protocolNames } from "../../../../shared/domain/protocols.ts";
import type { ExportInput } from "./export-runs.ts";
import { reportStyle } from "./report-style.ts";
import { barChart, escapeMarkup as text, histogramChart, lineChart } from "./svg-charts.ts";

/** One self-contained page: styles and charts inside, no script, nothing fetched. */
export function htmlOf({ reports, datasetNames, programVersion }: ExportInput): string {
  const [run, ...others] = reports as [RunReport, ...RunReport[]];
  const title =
    others.length === 0
      ? run.name
      : `${run.name} compared with ${others.map(({ name }) => name).join(", ")}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title><style>${reportStyle}</style></head><body>
<h1>${text(title)}</h1>
${facts(reports, datasetNames)}
<h2>Scores</h2>${summaryTable(reports)}
<h2>AP by object size</h2>${bucketTable(reports)}${figure("AP by bucket", bucketChart(reports))}
${curveFigures(run)}
<h2>Classes: ${text(run.name)}</h2>${classTable(run)}
<h2>Scores and sizes: ${text(run.name)}</h2><div class="pair">${histograms(run)}</div>
${warnings(reports)}
<footer>Made by Fovea ${text(programVersion)}. Values are in percent. A dash stands where there is nothing to score.</footer>
</body></html>
`;
}

function facts(reports: readonly RunReport[], datasetNames: ReadonlyMap<number, string>): string {
  const rows = reports.map((run) => {
    const { areaRanges, maxDets } = run.params;
    const ranges = areaRanges
      .map(({ label, low, high }) => `${label} ${low}..${high < 1e9 ? high : "∞"}`)
      .join(", ");
    return `<tr><th>${text(run.name)}</th><td>${text(run.predictionSetName)} on ${text(datasetNames.get(run.datasetId) ?? "a removed dataset")}, revision ${run.revision}${run.stale ? " (labels were edited since)" : ""}</td>
<td>${protocolNames[run.protocol]}; areas in px²: ${text(ranges)}; maxDets ${maxDets.join(", ")}</td>
<td>${new Date(run.createdAt).toISOString().slice(0, 16).replace("T", " ")} UTC, evaluator ${text(run.evaluatorVersion)}</td></tr>`;
  });
  return `<table class="facts">${rows.join("")}</table>`;
}

/** A column for each run; with more than one, the difference to the first beside each. */
function summaryTable(reports: readonly RunReport[]): string {
  const keys = [...new Set(reports.flatMap(({ summary }) => summary.map(({ key }) => key)))];
  const values = reports.map(
    ({ summary }) => new Map(summary.map(({ key, value }) => [key, value])),
  );
  const rows = keys.map((key) => {
    const cells = values.map((of, i) =>
      valueCell(of.get(key), i === 0 ? undefined : values[0]!.get(key)),
    );
    return `<tr><th>${text(key)}</th>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr><th></th>${runHeads(reports)}</tr></thead>${rows.join("")}</table>`;
}

function bucketTable(reports: readonly RunReport[]): string {
  const rows = bucketLabels(reports).map((label) => {
    const found = reports.map(({ buckets }) => buckets.find((bucket) => bucket.label === label));
    const first = found[0];
    const cells = found.map((bucket, i) => valueCell(bucket?.ap, i === 0 ? undefined : first?.ap));
    return `<tr><th>${text(label)}</th><td>${first?.truthCount ?? "–"}</td><td>${first?.imageCount ?? "–"}</td>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr><th></th><th>objects</th><th>images</th>${runHeads(reports)}</tr></thead>${rows.join("")}</table>`;
}

function bucketLabels(reports: readonly RunReport[]): string[] {
  return [...new Set(reports.flatMap(({ buckets }) => buckets.map(({ label }) => label)))];
}

function runHeads(reports: readonly RunReport[]): string {
  return reports
    .map(
      ({ name }, i) =>
        `<th class="k${i % 8}">${text(name)}</th>${i === 0 ? "" : "<th>difference</th>"}`,
    )
    .join("");
}

function valueCell(value: number | null | undefined, base: number | null | undefined): string {
  const shown = `<td>${percent(value)}</td>`;
  if (base === undefined) return shown;
  if (value === null || value === undefined || base === null) return `${shown}<td>–</td>`;
  const difference = 100 * (value - base);
  return `${shown}<td>${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(1)}</td>`;
}

function bucketChart(reports: readonly RunReport[]): string {
  const groups = bucketLabels(reports).map((label) => {
    const found = reports.map(({ buckets }) => buckets.find((bucket) => bucket.label === label));
    return {
      label,
      note: `${found[0]?.truthCount ?? 0}`,
      values: found.map((bucket) => bucket?.ap ?? null),
    };
  });
  return barChart("AP by bucket, with the number of objects", groups);
}

function curveFigures({ buckets, iouThresholds }: RunReport): string {
  const ious = buckets
    .filter(({ apByIou }) => apByIou.length > 1)
    .map(({ label, apByIou }) => ({
      label,
      points: apByIou.flatMap((ap, t) =>
        ap === null ? [] : [[t / (apByIou.length - 1), ap] as const],
      ),
    }));
  const curves = buckets.flatMap(({ label, curves: of }) =>
    of ? [{ label, points: points(of.iou50) }] : [],
  );
  if (ious.length === 0 && curves.length === 0) return "";
  const iouTicks = iouThresholds.flatMap((iou, t) =>
    t % 2 === 0 ? [[t / (iouThresholds.length - 1), iou.toFixed(2)] as const] : [],
  );
  const recallTicks = [0, 0.25, 0.5, 0.75, 1].map(
    (recall) => [recall, String(100 * recall)] as const,
  );
  return `<div class="pair">${figure("AP by IoU threshold", lineChart("AP by IoU threshold", ious, iouTicks))}
${figure("Precision over recall at IoU 0.5", lineChart("Precision over recall at IoU 0.5", curves, recallTicks))}</div>`;
}

function points(curve: readonly number[]): (readonly [number, number])[] {
  return curve.map((precision, r) => [r / (curve.length - 1), precision]);
}

function classTable({ perClass, buckets }: RunReport): string {
  const heads = [
    "objects",
    "predictions",
    "AP",
    "AP50",
    "AP75",
    "AR",
    ...buckets.map(({ label }) => `AP ${label}`),
  ];
  const rows = perClass.map((row) => {
    const scores = [
      row.ap,
      row.ap50,
      row.ap75,
      row.ar,
      ...buckets.map(({ label }) => row.buckets[label]),
    ];
    return `<tr><th>${text(row.name)}</th><td>${row.truthCount}</td><td>${row.predictionCount}</td>${scores.map((value) => `<td>${percent(value)}</td>`).join("")}</tr>`;
  });
  return `<table><thead><tr><th></th>${heads.map((head) => `<th>${text(head)}</th>`).join("")}</tr></thead>${rows.join("")}</table>`;
}

function histograms({ scoreHistogram: scores, sizeHistogram: sizes }: RunReport): string {
  const byScore = histogramChart(
    "Hits and false alarms by score",
    scores.edges,
    [scores.hits, scores.falseAlarms],
    true,
  );
  const bySize = histogramChart(
    "Objects and found objects by size",
    sizes.edges,
    [sizes.truth, sizes.found],
    false,
  );
  return `${figure("Predictions by score at IoU 0.5: hits, and false alarms above them", byScore)}
${figure("Objects by size (square root of the area, pixels), and those found at IoU 0.5", bySize)}`;
}

function warnings(reports: readonly RunReport[]): string {
  const items = reports.flatMap(({ name, warnings: all }) =>
    all.map(
      ({ message }) => `<li>${reports.length > 1 ? `${text(name)}: ` : ""}${text(message)}</li>`,
    ),
  );
  return items.length === 0 ? "" : `<h2>Warnings</h2><ul>${items.join("")}</ul>`;
}

function figure(caption: string, svg: string): string {
  return `<figure>${svg}<figcaption>${text(caption)}</figcaption></figure>`;
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : (100 * value).toFixed(1);
}
