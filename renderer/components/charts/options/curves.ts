import type { RunBoxNoise } from "../../../../shared/api/analysis.ts";
import type { RunReport } from "../../../../shared/api/runs.ts";
import { bucketColours, isWhole } from "../../../theme/bucket-colour.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatAp } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { baseAxis, chartBase, legend, tipHtml, valueAxis } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

export type CurveKind = "iou50" | "iou75" | "mean";

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dashed: boolean;
  /** A quiet line without a place in the legend. */
  readonly faint?: boolean;
  /** Both axes as drawn. */
  readonly points: readonly (readonly [number, number])[];
}

/** Precision over recall, one line a bucket. */
export function precisionRecall(report: RunReport, kind: CurveKind, tokens: Tokens): ChartOption {
  const lines = linesOf(report, tokens, (bucket) =>
    (bucket.curves?.[kind] ?? []).map((value, at) => [at, value * 100] as const),
  );
  return lineChart(lines, tokens, {
    x: baseAxis(tokens, t("charts.recall"), { max: 100 }),
    y: valueAxis(tokens, t("charts.precision"), { max: 100 }),
    heading: (x) => `${t("charts.recall")} ${x.toFixed(0)}`,
  });
}

export function precisionRecallSheet(report: RunReport, kind: CurveKind): Sheet {
  const curves = report.buckets.map((bucket) => bucket.curves?.[kind] ?? []);
  return {
    columns: ["recall", ...report.buckets.map((bucket) => `precision ${bucket.label}`)],
    rows: Array.from({ length: 101 }, (_, at) => [
      at / 100,
      ...curves.map((curve) => curve[at] ?? null),
    ]),
  };
}

/** AP at each IoU threshold, one line a bucket. */
export function apByIou(report: RunReport, tokens: Tokens): ChartOption {
  const lines = linesOf(report, tokens, (bucket) =>
    bucket.apByIou.flatMap((ap, at) => {
      const iou = report.iouThresholds[at];
      return ap === null || iou === undefined ? [] : [[iou, ap * 100] as const];
    }),
  );
  return lineChart(lines, tokens, {
    x: baseAxis(tokens, t("charts.iouAxis"), {
      min: report.iouThresholds[0] ?? 0.5,
      max: report.iouThresholds.at(-1) ?? 0.95,
      interval: 0.1,
      axisLabel: { color: tokens.textFaint, fontSize: 11, formatter: twoDigits },
    }),
    y: valueAxis(tokens, t("charts.bucketApAxis")),
    heading: (x) => `IoU ${x.toFixed(2)}`,
    symbols: true,
  });
}

export function apByIouSheet(report: RunReport): Sheet {
  return {
    columns: ["IoU", ...report.buckets.map((bucket) => `AP ${bucket.label}`)],
    rows: report.iouThresholds.map((iou, at) => [
      Number(iou.toFixed(2)),
      ...report.buckets.map((bucket) => bucket.apByIou[at] ?? null),
    ]),
  };
}

/** AP over the pixels by which labels are off; thin dotted lines are what a perfect detector would reach. */
export function boxNoiseChart(
  noise: RunBoxNoise,
  ranges: RunReport["params"]["areaRanges"],
  tokens: Tokens,
): ChartOption {
  const colours = bucketColours(ranges, tokens);
  const lines = noise.curves.flatMap((curve) => {
    const colour = colours[curve.label] ?? tokens.text;
    const along = (kind: "ap" | "ceiling") =>
      curve.points.flatMap((point) => {
        const value = point[kind];
        return value === null ? [] : [[point.pixels, value * 100] as const];
      });
    return [
      { name: curve.label, colour, dashed: false, points: along("ap") },
      {
        name: `${curve.label}, ${t("analysis.ceiling")}`,
        colour,
        dashed: true,
        faint: true,
        points: along("ceiling"),
      },
    ];
  });
  return lineChart(
    lines.filter((line) => line.points.length > 0),
    tokens,
    {
      x: baseAxis(tokens, t("analysis.noiseAxis")),
      y: valueAxis(tokens, t("charts.bucketApAxis")),
      heading: (x) => `${x} px`,
      symbols: true,
    },
  );
}

export function boxNoiseSheet(noise: RunBoxNoise): Sheet {
  return {
    columns: ["bucket", "pixels", "AP", "AP of a perfect detector"],
    rows: noise.curves.flatMap((curve) =>
      curve.points.map((point) => [curve.label, point.pixels, point.ap, point.ceiling]),
    ),
  };
}

function linesOf(
  report: RunReport,
  tokens: Tokens,
  pointsOf: (bucket: RunReport["buckets"][number]) => Line["points"],
): readonly Line[] {
  const colours = bucketColours(report.buckets, tokens);
  return report.buckets
    .map((bucket) => ({
      name: bucket.label,
      colour: colours[bucket.label] ?? tokens.text,
      dashed: report.buckets.length > 1 && isWhole(bucket, report.buckets),
      points: pointsOf(bucket),
    }))
    .filter((line) => line.points.length > 0);
}

function lineChart(
  lines: readonly Line[],
  tokens: Tokens,
  look: {
    readonly x: Record<string, unknown>;
    readonly y: Record<string, unknown>;
    readonly heading: (x: number) => string;
    readonly symbols?: boolean;
  },
): ChartOption {
  return {
    ...chartBase(tokens),
    ...(lines.length > 1
      ? {
          legend: {
            ...legend(tokens),
            data: lines.filter((line) => !line.faint).map((line) => line.name),
          },
        }
      : {}),
    grid: { left: 44, right: 14, top: lines.length > 1 ? 30 : 12, bottom: 42 },
    xAxis: look.x,
    yAxis: look.y,
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: tokens.lineStrong } },
      formatter: (points: readonly TipPoint[]) =>
        tipHtml(
          look.heading(points[0]?.value[0] ?? 0),
          points.map((point) => ({
            label: point.seriesName,
            value: formatAp(point.value[1] / 100),
            colour: point.color,
          })),
        ),
    },
    series: lines.map((line) => ({
      type: "line",
      name: line.name,
      data: line.points,
      symbol: look.symbols && !line.faint ? "circle" : "none",
      symbolSize: 5,
      lineStyle: {
        width: line.faint ? 1 : 1.8,
        color: line.colour,
        type: line.faint ? "dotted" : line.dashed ? "dashed" : "solid",
      },
      itemStyle: { color: line.colour },
      emphasis: { focus: "series" },
    })),
  };
}

interface TipPoint {
  readonly seriesName: string;
  readonly value: readonly [number, number];
  readonly color: string;
}

function twoDigits(value: number): string {
  return value.toFixed(2).replace(/0$/, "");
}
