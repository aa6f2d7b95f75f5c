import type { BucketScore } from "../../../../shared/api/runs.ts";
import { bucketColours } from "../../../theme/bucket-colour.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatAp, formatCount, formatSide } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { chartBase, legend, tipHtml, valueAxis } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";
import { whiskers, type Interval } from "./whiskers.ts";

/** One set of bars: a run, or a published row. AP by bucket label, 0..1. */
export interface BarSet {
  readonly name: string;
  readonly published: boolean;
  readonly ap: Readonly<Record<string, number | null>>;
  readonly intervals?: Readonly<Record<string, Interval>>;
}

type Bucket = Pick<BucketScore, "label" | "low" | "high" | "truthCount" | "imageCount">;

/** AP per bucket as bars. One set is coloured by bucket, several by set; published ones are hatched. */
export function bucketBars(
  buckets: readonly Bucket[],
  sets: readonly BarSet[],
  tokens: Tokens,
): ChartOption {
  const colours = bucketColours(buckets, tokens);
  const own = sets.filter((set) => !set.published).length;
  const bars = sets.map((set, at) => ({
    type: "bar",
    name: set.name,
    barMaxWidth: 56,
    barGap: "12%",
    cursor: "pointer",
    itemStyle: { color: set.published ? tokens.lineStrong : tokens.series[at % 6] },
    label: {
      show: sets.length <= 3,
      position: "top",
      distance: 4,
      color: tokens.text,
      fontWeight: 600,
      formatter: ({ data }: { data: { ap: number | null } }) => formatAp(data.ap),
    },
    data: buckets.map((bucket) => ({
      value: percent(set.ap[bucket.label]),
      ap: set.ap[bucket.label] ?? null,
      // The whisker says it, above its end.
      ...(set.intervals?.[bucket.label] ? { label: { show: false } } : {}),
      itemStyle: {
        borderRadius: [2, 2, 0, 0],
        ...(set.published ? { color: tokens.lineStrong, decal: hatch(tokens) } : {}),
        ...(!set.published && own === 1 ? { color: colours[bucket.label] } : {}),
      },
    })),
  }));
  return {
    ...chartBase(tokens),
    grid: { left: 44, right: 8, top: sets.length > 1 ? 46 : 26, bottom: 62 },
    ...(sets.length > 1
      ? { legend: { ...legend(tokens), data: sets.map((set) => set.name) } }
      : {}),
    xAxis: {
      type: "category",
      data: buckets.map((bucket) => bucket.label),
      axisLine: { lineStyle: { color: tokens.lineStrong } },
      axisTick: { show: false },
      axisLabel: {
        interval: 0,
        lineHeight: 15,
        color: tokens.textSoft,
        formatter: (_label: string, at: number) => axisWords(buckets[at]),
        rich: { name: { color: tokens.text, fontWeight: 600 } },
      },
    },
    yAxis: valueAxis(tokens, t("charts.bucketApAxis"), { max: niceTop(sets) }),
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: tokens.hover, opacity: 0.5 } },
      formatter: (points: readonly { dataIndex: number }[]) =>
        bucketTip(buckets[points[0]?.dataIndex ?? 0], sets),
    },
    series: [
      ...bars,
      ...whiskers(
        buckets.map((bucket) => bucket.label),
        sets,
        tokens,
      ),
    ],
  };
}

export function bucketSheet(buckets: readonly Bucket[], sets: readonly BarSet[]): Sheet {
  return {
    columns: [
      t("charts.bucket"),
      t("charts.range"),
      t("charts.truth"),
      ...sets.map((set) => `AP ${set.name}`),
    ],
    rows: buckets.map((bucket) => [
      bucket.label,
      rangeWords(bucket),
      bucket.truthCount,
      ...sets.map((set) => set.ap[bucket.label] ?? null),
    ]),
  };
}

/** `12–20 px`: sides of the square of that area. */
export function rangeWords(bucket: { readonly low: number; readonly high: number }): string {
  if (bucket.low === 0 && bucket.high >= 1e9) return t("charts.bucketAll");
  return bucket.high >= 1e9
    ? t("charts.bucketRangeOpen", { low: formatSide(bucket.low) })
    : t("charts.bucketRange", { low: formatSide(bucket.low), high: formatSide(bucket.high) });
}

function bucketTip(bucket: Bucket | undefined, sets: readonly BarSet[]): string {
  if (!bucket) return "";
  const rows = sets.map((set) => ({
    label: set.published ? `${set.name} (${t("charts.published")})` : set.name,
    value: withInterval(set.ap[bucket.label] ?? null, set.intervals?.[bucket.label]),
  }));
  const counts = [
    {
      label: t("charts.truth"),
      value: t("charts.objectsInImages", {
        objects: formatCount(bucket.truthCount),
        images: t("common.images", { n: bucket.imageCount }),
      }),
    },
  ];
  return tipHtml(
    `${bucket.label} · ${rangeWords(bucket)}`,
    [...rows, ...counts],
    t("charts.bucketApClick"),
  );
}

function withInterval(ap: number | null, interval: Interval | undefined): string {
  if (!interval || ap === null) return formatAp(ap);
  return `${formatAp(ap)} (${formatAp(interval.low)} to ${formatAp(interval.high)})`;
}

function axisWords(bucket: Bucket | undefined): string {
  if (!bucket) return "";
  const count =
    bucket.truthCount === 0 ? t("charts.noTruth") : `n ${formatCount(bucket.truthCount)}`;
  return `{name|${bucket.label}}\n${rangeWords(bucket)}\n${count}`;
}

function percent(ap: number | null | undefined): number | null {
  return ap === null || ap === undefined ? null : ap * 100;
}

function niceTop(sets: readonly BarSet[]): number {
  const values = sets.flatMap((set) => [
    ...Object.values(set.ap).map((ap) => ap ?? 0),
    ...Object.values(set.intervals ?? {}).map((interval) => interval.high),
  ]);
  const highest = Math.max(...values, 0) * 108; // some room for the number above
  const step = highest > 50 ? 20 : 10;
  return Math.min(100, Math.max(10, Math.ceil(highest / step) * step));
}

function hatch(tokens: Tokens): Record<string, unknown> {
  return {
    symbol: "rect",
    color: tokens.textFaint,
    dashArrayX: [1, 0],
    dashArrayY: [1.5, 5],
    rotation: -Math.PI / 4,
  };
}
