import type { ObjectChange, RunComparison } from "../../../../shared/api/analysis.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatCount } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { baseAxis, chartBase, legend, tipHtml } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

/** In the order they are stacked. */
export const objectChanges = ["both", "gained", "lost", "neither"] as const;

/** Objects found by both runs, gained, lost and found by neither, as shares of each bucket. */
export function objectChangeBars(comparison: RunComparison, tokens: Tokens): ChartOption {
  const colours: Readonly<Record<ObjectChange, string>> = {
    both: tokens.hit,
    gained: tokens.good,
    lost: tokens.miss,
    neither: tokens.lineStrong,
  };
  const { buckets } = comparison;
  return {
    ...chartBase(tokens),
    legend: legend(tokens),
    grid: { left: 64, right: 16, top: 32, bottom: 42 },
    xAxis: baseAxis(tokens, t("analysis.changeAxis"), { max: 100 }),
    yAxis: {
      type: "category",
      inverse: true,
      data: buckets.map((bucket) => bucket.label),
      axisLine: { lineStyle: { color: tokens.lineStrong } },
      axisTick: { show: false },
      axisLabel: { color: tokens.text, fontWeight: 600 },
    },
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: tokens.hover, opacity: 0.5 } },
      formatter: (points: readonly { dataIndex: number }[]) => {
        const bucket = buckets[points[0]?.dataIndex ?? 0];
        if (!bucket) return "";
        const rows = objectChanges.map((change) => ({
          label: t(`analysis.${change}`),
          value: formatCount(bucket[change]),
          colour: colours[change],
        }));
        return tipHtml(bucket.label, rows, t("analysis.changeClick"));
      },
    },
    series: objectChanges.map((change) => ({
      type: "bar",
      name: t(`analysis.${change}`),
      stack: "objects",
      barMaxWidth: 26,
      cursor: "pointer",
      itemStyle: { color: colours[change] },
      data: buckets.map((bucket) => ({
        value: (bucket[change] / Math.max(1, total(bucket))) * 100,
        label: {
          show: bucket[change] / Math.max(1, total(bucket)) > 0.06,
          color: change === "neither" ? tokens.text : tokens.surface,
          fontSize: 11,
          formatter: formatCount(bucket[change]),
        },
      })),
    })),
  };
}

export function objectChangeSheet(comparison: RunComparison): Sheet {
  return {
    columns: ["bucket", ...objectChanges],
    rows: comparison.buckets.map((bucket) => [
      bucket.label,
      ...objectChanges.map((change) => bucket[change]),
    ]),
  };
}

function total(bucket: RunComparison["buckets"][number]): number {
  return objectChanges.reduce((sum, change) => sum + bucket[change], 0);
}
