import type { RunErrors } from "../../../../shared/api/analysis.ts";
import { errorTypes, type ErrorType } from "../../../../shared/domain/help/errors.ts";
import type { AreaRange } from "../../../../shared/domain/protocols.ts";
import { bucketColours } from "../../../theme/bucket-colour.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatAp } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { chartBase, legend, tipHtml, valueAxis } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

/** What repairing each kind of error would gain, one bar a bucket. */
export function errorTypeBars(
  errors: RunErrors,
  ranges: readonly AreaRange[],
  tokens: Tokens,
): ChartOption {
  const colours = bucketColours(ranges, tokens);
  return {
    ...chartBase(tokens),
    legend: legend(tokens),
    grid: { left: 44, right: 8, top: 34, bottom: 28 },
    xAxis: {
      type: "category",
      data: errorTypes.map((type) => t(`analysis.error.${type}`)),
      axisLine: { lineStyle: { color: tokens.lineStrong } },
      axisTick: { show: false },
      axisLabel: { interval: 0, color: tokens.text, fontSize: 11 },
    },
    yAxis: valueAxis(tokens, t("analysis.errorsAxis")),
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: tokens.hover, opacity: 0.5 } },
      formatter: (points: readonly { dataIndex: number }[]) =>
        tipOf(errors, errorTypes[points[0]?.dataIndex ?? 0] ?? "cls", colours),
    },
    series: errors.buckets.map((bucket) => ({
      type: "bar",
      name: bucket.label,
      barMaxWidth: 22,
      barGap: "10%",
      cursor: "pointer",
      itemStyle: { color: colours[bucket.label], borderRadius: [2, 2, 0, 0] },
      data: errorTypes.map((type) => bucket.types[type].dap * 100),
    })),
  };
}

export function errorTypeSheet(errors: RunErrors): Sheet {
  return {
    columns: ["bucket", "objects", ...errorTypes.flatMap((type) => [`dAP ${type}`, `n ${type}`])],
    rows: [{ ...errors.overall, label: "overall" }, ...errors.buckets].map((gains) => [
      gains.label,
      gains.truthCount,
      ...errorTypes.flatMap((type) => [gains.types[type].dap, gains.types[type].count]),
    ]),
  };
}

function tipOf(
  errors: RunErrors,
  type: ErrorType,
  colours: Readonly<Record<string, string>>,
): string {
  const rows = errors.buckets.map((bucket) => ({
    label: bucket.label,
    value: `+${formatAp(bucket.types[type].dap)} (${t("analysis.errorCount", { n: bucket.types[type].count })})`,
    colour: colours[bucket.label] ?? "",
  }));
  return tipHtml(t(`analysis.error.${type}`), rows, t("analysis.errorsClick"));
}
