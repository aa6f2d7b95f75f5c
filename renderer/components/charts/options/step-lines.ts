import type { Tokens } from "../../../theme/tokens.ts";
import { t } from "../../../text/t.ts";
import { baseAxis, chartBase, legend, tipHtml, valueAxis } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

type Column = readonly (number | null)[];

/** A value over the steps of a training. */
export interface StepLine {
  readonly name: string;
  readonly colour: string;
  /** One of the dashes: the second signal beside the colour. */
  readonly dash: number;
  readonly steps: readonly number[];
  readonly values: Column;
  /** What was measured, drawn faint, where `values` are smoothed. */
  readonly raw?: Column;
  /** Half the width of the spread around the values. */
  readonly spread?: Column;
  /** Points are drawn, the best of them large. */
  readonly points?: { readonly best: number | null };
}

export interface StepLook {
  readonly axis: string;
  readonly log?: boolean;
  /** The axis need not begin at 0. */
  readonly fit?: boolean;
  /** Of 100 %. */
  readonly isShare?: boolean;
  /** Least distance of two ticks: no finer than they are written. */
  readonly minInterval?: number;
  readonly format: (value: number) => string;
  /** A level worth knowing. */
  readonly level?: { readonly value: number; readonly name: string };
}

/** Solid, long, short, dotted, dash-dot, dash-dot-dot: told apart without colour. */
const dashes = ["solid", [8, 3], [4, 3], [1.5, 2.5], [8, 3, 1.5, 3], [8, 3, 1.5, 3, 1.5, 3]];

/** Where points are drawn they tell lines apart. */
const symbols = ["circle", "rect", "triangle", "emptyCircle", "emptyRect", "emptyTriangle"];

interface TipPoint {
  readonly seriesId: string;
  readonly seriesName: string;
  readonly value: readonly [number, number | null];
  readonly color: string;
}

export function stepLines(lines: readonly StepLine[], look: StepLook, tokens: Tokens): ChartOption {
  const many = lines.length > 1;
  return {
    ...chartBase(tokens),
    ...(many ? { legend: lineLegend(lines, tokens) } : {}),
    grid: { left: 52, right: 14, top: many ? 30 : 12, bottom: 42 },
    xAxis: baseAxis(tokens, t("training.stepAxis"), {
      max: "dataMax",
      splitNumber: 4,
      minInterval: 1,
      axisLabel: { color: tokens.textFaint, fontSize: 11, hideOverlap: true, formatter: whole },
    }),
    yAxis: valueAxis(tokens, look.axis, {
      nameGap: 40,
      ...(look.log ? { type: "log", min: null } : {}),
      ...(look.fit ? { min: null, scale: true } : {}),
      ...(look.minInterval === undefined ? {} : { minInterval: look.minInterval }),
      ...(look.isShare ? { max: 100, interval: 25 } : {}),
      splitNumber: 4,
      axisLabel: { color: tokens.textFaint, fontSize: 11, formatter: look.format },
    }),
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "line", snap: true, lineStyle: { color: tokens.lineStrong } },
      formatter: (found: readonly TipPoint[]) => tip(found, lines, look),
    },
    // The legend takes the first series of a name, the keyboard goes through those that are not silent.
    series: [
      ...lines.map((line, at) => mainOf(line, at, look, tokens)),
      ...lines.flatMap((line, at) => faintOf(line, at, look)),
    ],
  };
}

/** A piece of each line with its dashes. */
function lineLegend(lines: readonly StepLine[], tokens: Tokens): Record<string, unknown> {
  const { icon: _icon, ...rest } = legend(tokens);
  return {
    ...rest,
    itemWidth: 26,
    ...(lines.some(({ points }) => points) ? {} : { itemStyle: { opacity: 0 } }),
    data: lines.map(({ name }) => name),
  };
}

/** Every line by itself: step and value, as measured. */
export function stepSheet(lines: readonly StepLine[]): Sheet {
  const shared = lines[0]?.steps ?? [];
  if (lines.every((line) => line.steps === shared)) {
    const columns = lines.map(({ raw, values }) => raw ?? values);
    return {
      columns: ["step", ...lines.map(({ name }) => name)],
      rows: shared.map((step, at) => [step, ...columns.map((column) => column[at] ?? null)]),
    };
  }
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
  const columns = lines.map((line) => {
    const measured = line.raw ?? line.values;
    return new Map(line.steps.map((step, at) => [step, measured[at] ?? null]));
  });
  return {
    columns: ["step", ...lines.map(({ name }) => name)],
    rows: steps.map((step) => [step, ...columns.map((column) => column.get(step) ?? null)]),
  };
}

function mainOf(line: StepLine, at: number, look: StepLook, tokens: Tokens) {
  const best = line.points?.best ?? null;
  return {
    id: `line ${at}`,
    type: "line",
    name: line.name,
    data: pairs(line.steps, line.values, look).map((pair) =>
      best !== null && pair[0] === best ? { value: pair, symbol: "diamond", symbolSize: 11 } : pair,
    ),
    // A symbol that is not drawn still costs as much as one that is, unless none is shown.
    ...(line.points
      ? { symbol: symbols[at % symbols.length], symbolSize: 6, showAllSymbol: true }
      : { symbol: "none", showSymbol: false }),
    lineStyle: { width: 1.6, color: line.colour, type: dashes[line.dash % dashes.length] },
    itemStyle: { color: line.colour },
    emphasis: { disabled: true },
    ...(look.level && at === 0
      ? {
          markLine: {
            silent: true,
            symbol: "none",
            label: {
              formatter: look.level.name,
              position: "insideEndBottom",
              color: tokens.textFaint,
            },
            lineStyle: { color: tokens.textFaint, type: "dotted" },
            data: [{ yAxis: look.level.value }],
          },
        }
      : {}),
  };
}

/** What lies behind a line: the raw values, or the borders of its spread. */
function faintOf(line: StepLine, at: number, look: StepLook): Record<string, unknown>[] {
  const { raw, spread } = line;
  const faint = (id: string, values: Column, opacity: number) => ({
    id: `${id} ${at}`,
    type: "line",
    name: line.name,
    data: pairs(line.steps, values, look),
    symbol: "none",
    showSymbol: false,
    silent: true,
    z: 1,
    lineStyle: { width: 1, color: line.colour, opacity, type: "solid" },
    itemStyle: { color: line.colour },
    emphasis: { disabled: true },
  });
  const shifted = (sign: number) =>
    line.values.map((value, row) => {
      const width = spread?.[row] ?? null;
      return value === null || width === null ? null : value + sign * width;
    });
  return [
    ...(raw ? [faint("raw", raw, 0.28)] : []),
    ...(spread ? [faint("low", shifted(-1), 0.4), faint("high", shifted(1), 0.4)] : []),
  ];
}

function pairs(steps: readonly number[], values: Column, look: StepLook) {
  return steps.map((step, at) => {
    const value = values[at] ?? null;
    return [step, value !== null && look.log && value <= 0 ? null : value] as const;
  });
}

function tip(found: readonly TipPoint[], lines: readonly StepLine[], look: StepLook): string {
  const step = found[0]?.value[0] ?? 0;
  const rows = found
    .filter(({ seriesId }) => seriesId.startsWith("line"))
    .flatMap(({ seriesId, seriesName, value, color }) => {
      const line = lines[Number(seriesId.slice("line ".length))];
      const row = line?.steps.indexOf(value[0]) ?? -1;
      const words = [
        value[1] === null ? null : look.format(value[1]),
        line?.spread?.[row] === undefined || line.spread[row] === null
          ? null
          : `± ${look.format(line.spread[row])}`,
        line?.raw?.[row] === undefined || line.raw[row] === null
          ? null
          : `(${t("training.measured", { value: look.format(line.raw[row]) })})`,
      ];
      const text = words.filter((word) => word !== null).join(" ");
      return text === "" ? [] : [{ label: seriesName, value: text, colour: color }];
    });
  return tipHtml(t("training.stepNumber", { n: step }), rows);
}

function whole(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e4 ? `${value / 1e3} k` : String(value);
}
