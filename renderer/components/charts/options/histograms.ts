import type { RunReport } from "../../../../shared/api/runs.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatCount } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { baseAxis, chartBase, legend, tipHtml, valueAxis } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

/** Bars between edges, stacked on `bases`. */
interface Layer {
  readonly name: string;
  readonly colour: string;
  readonly tops: readonly number[];
  readonly bases: readonly number[];
}

interface DrawApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

/** Scores of the predictions: hits below, false alarms stacked above. */
export function scoreHistogram(
  histogram: RunReport["scoreHistogram"],
  tokens: Tokens,
): ChartOption {
  const { edges, hits, falseAlarms } = histogram;
  const layers: Layer[] = [
    { name: t("charts.hits"), colour: tokens.hit, tops: hits, bases: hits.map(() => 0) },
    {
      name: t("charts.falseAlarms"),
      colour: tokens.falseAlarm,
      tops: hits.map((count, at) => count + (falseAlarms[at] ?? 0)),
      bases: hits,
    },
  ];
  return histogramChart(edges, layers, tokens, {
    x: baseAxis(tokens, t("charts.scoresAxis"), { max: edges.at(-1) ?? 1 }),
    y: valueAxis(tokens, t("charts.predictionsAxis"), countAxis(tokens)),
    tip: (at) =>
      tipHtml(`${t("charts.scoresAxis")} ${span(edges, at, 2)}`, [
        { label: t("charts.hits"), value: formatCount(hits[at]), colour: tokens.hit },
        {
          label: t("charts.falseAlarms"),
          value: formatCount(falseAlarms[at]),
          colour: tokens.falseAlarm,
        },
      ]),
  });
}

export function scoreSheet({ edges, hits, falseAlarms }: RunReport["scoreHistogram"]): Sheet {
  return {
    columns: ["score from", "score to", "hits", "false alarms"],
    rows: hits.map((count, at) => [
      edges[at] ?? null,
      edges[at + 1] ?? null,
      count,
      falseAlarms[at] ?? null,
    ]),
  };
}

/** Sizes of the objects, and how many of each were found, with the bucket borders. */
export function sizeHistogram(
  histogram: RunReport["sizeHistogram"],
  ranges: RunReport["params"]["areaRanges"],
  tokens: Tokens,
): ChartOption {
  const { edges, truth, found } = histogram;
  const zeros = truth.map(() => 0);
  const last = edges.at(-1) ?? 0;
  const layers: Layer[] = [
    { name: t("charts.truth"), colour: tokens.lineStrong, tops: truth, bases: zeros },
    { name: t("charts.found"), colour: tokens.hit, tops: found, bases: zeros },
  ];
  return histogramChart(edges, layers, tokens, {
    x: baseAxis(tokens, t("charts.sizesAxis"), {
      min: edges[0] ?? 0,
      max: last,
      // The axis ends at the last edge, which is seldom a round number.
      axisLabel: {
        color: tokens.textFaint,
        fontSize: 11,
        formatter: (side: number) => (Number.isInteger(side) ? String(side) : ""),
      },
    }),
    y: valueAxis(tokens, t("charts.objectsAxis"), countAxis(tokens)),
    borders: bordersOf(ranges).filter((side) => side > (edges[0] ?? 0) && side < last),
    tip: (at) =>
      tipHtml(`${span(edges, at, 1)} px`, [
        { label: t("charts.truth"), value: formatCount(truth[at]), colour: tokens.lineStrong },
        { label: t("charts.found"), value: formatCount(found[at]), colour: tokens.hit },
        { label: t("charts.foundShare"), value: shareWords(found[at], truth[at]) },
      ]),
  });
}

export function sizeSheet({ edges, truth, found }: RunReport["sizeHistogram"]): Sheet {
  return {
    columns: ["side from, px", "side to, px", "objects", "found"],
    rows: truth.map((count, at) => [
      edges[at] ?? null,
      edges[at + 1] ?? null,
      count,
      found[at] ?? null,
    ]),
  };
}

/** Sides of the squares at the borders of the ranges, each once. */
function bordersOf(ranges: RunReport["params"]["areaRanges"]): number[] {
  const areas = ranges.flatMap((range) => [range.low, range.high]);
  return [...new Set(areas)].filter((area) => area > 0 && area < 1e9).map(Math.sqrt);
}

function histogramChart(
  edges: readonly number[],
  layers: readonly Layer[],
  tokens: Tokens,
  look: {
    readonly x: Record<string, unknown>;
    readonly y: Record<string, unknown>;
    readonly borders?: readonly number[];
    readonly tip: (at: number) => string;
  },
): ChartOption {
  return {
    ...chartBase(tokens),
    legend: legend(tokens),
    grid: { left: 52, right: 14, top: 34, bottom: 42 },
    xAxis: look.x,
    yAxis: { ...look.y, nameGap: 40 },
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "item",
      formatter: (point: { dataIndex: number }) => look.tip(point.dataIndex),
    },
    series: layers.map((layer, index) => ({
      type: "custom",
      name: layer.name,
      clip: true,
      itemStyle: { color: layer.colour },
      encode: { x: [0, 1], y: [2, 3] },
      data: layer.tops.map((top, at) => [
        edges[at] ?? 0,
        edges[at + 1] ?? 0,
        layer.bases[at] ?? 0,
        top,
      ]),
      renderItem: (_params: unknown, api: DrawApi) => bar(api, layer.colour),
      ...(index === 0 && look.borders ? { markLine: borderLines(look.borders, tokens) } : {}),
    })),
  };
}

function bar(api: DrawApi, colour: string): Record<string, unknown> {
  const [left, top] = api.coord([api.value(0), api.value(3)]);
  const [right, bottom] = api.coord([api.value(1), api.value(2)]);
  const width = right - left;
  const gap = width > 4 ? 1 : 0;
  return {
    type: "rect",
    shape: { x: left, y: top, width: Math.max(0.5, width - gap), height: bottom - top },
    style: { fill: colour },
  };
}

function borderLines(borders: readonly number[], tokens: Tokens): Record<string, unknown> {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: tokens.textFaint, type: "dashed", width: 1 },
    label: {
      position: "end",
      distance: 2,
      color: tokens.textFaint,
      fontSize: 10,
      formatter: ({ value }: { value: number }) => (value < 100 ? value.toFixed(0) : ""),
    },
    data: borders.map((side) => ({ xAxis: side })),
  };
}

function countAxis(tokens: Tokens): Record<string, unknown> {
  return {
    minInterval: 1,
    axisLabel: {
      color: tokens.textFaint,
      fontSize: 11,
      formatter: (value: number) => (value >= 10_000 ? `${value / 1000}k` : String(value)),
    },
  };
}

function span(edges: readonly number[], at: number, digits: number): string {
  const words = (value: number) => Number(value.toFixed(digits)).toString();
  return `${words(edges[at] ?? 0)} to ${words(edges[at + 1] ?? 0)}`;
}

function shareWords(part: number | undefined, whole: number | undefined): string {
  return whole && part !== undefined ? `${((part / whole) * 100).toFixed(0)} %` : "–";
}
