import type { RunConfusion } from "../../../../shared/api/analysis.ts";
import type { Tokens } from "../../../theme/tokens.ts";
import { formatCount } from "../../../text/format.ts";
import { t } from "../../../text/t.ts";
import { chartBase, tipHtml } from "../chart-base.ts";
import type { Sheet } from "../csv.ts";
import type { ChartOption } from "../echarts.ts";

/** With more classes than this the numbers would not be readable. */
const MOST_WITH_NUMBERS = 13;

export interface Cell {
  /** Index of the labelled and predicted class; the number of classes stands for the background. */
  readonly truth: number;
  readonly predicted: number;
}

/** Labelled classes down, predicted across; a cell is as dark as its share of its row. */
export function confusionMatrix(confusion: RunConfusion, tokens: Tokens): ChartOption {
  const names = [...confusion.names, t("analysis.background")];
  const rowSums = confusion.counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const cells = cellsOf(confusion);
  const axis = {
    type: "category",
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
    nameLocation: "middle",
    nameTextStyle: { color: tokens.textFaint, fontSize: 11 },
  };
  const label = { color: tokens.textSoft, fontSize: 11, width: 92, overflow: "truncate" };
  return {
    ...chartBase(tokens),
    grid: { left: 118, right: 10, top: 8, bottom: 96 },
    xAxis: {
      ...axis,
      name: t("analysis.predicted"),
      nameGap: 80,
      axisLabel: { ...label, rotate: 40, interval: names.length > 40 ? "auto" : 0 },
    },
    yAxis: {
      ...axis,
      name: t("analysis.labelled"),
      nameGap: 104,
      inverse: true,
      axisLabel: { ...label, interval: names.length > 40 ? "auto" : 0 },
    },
    visualMap: {
      show: false,
      min: 0,
      max: 1,
      dimension: 2,
      inRange: { color: [tokens.surface, tokens.accent] },
    },
    tooltip: {
      ...(chartBase(tokens)["tooltip"] as object),
      trigger: "item",
      formatter: (point: { dataIndex: number }) =>
        tipOf(confusion, cells[point.dataIndex], rowSums),
    },
    series: [
      {
        type: "heatmap",
        cursor: "pointer",
        itemStyle: { borderColor: tokens.line, borderWidth: 1 },
        label: {
          show: names.length <= MOST_WITH_NUMBERS,
          fontSize: 11,
          formatter: ({ data }: { data: { count: number } }) =>
            data.count === 0 ? "" : formatCount(data.count),
        },
        data: cells.map(({ truth, predicted }) => {
          const count = confusion.counts[truth]?.[predicted] ?? 0;
          const share = count / Math.max(1, rowSums[truth] ?? 0);
          return {
            value: [predicted, truth, share],
            count,
            label: { color: share > 0.5 ? tokens.onAccent : tokens.text },
          };
        }),
      },
    ],
  };
}

export function confusionSheet(confusion: RunConfusion): Sheet {
  const names = [...confusion.names, t("analysis.background")];
  return {
    columns: [`${t("analysis.labelled")} / ${t("analysis.predicted")}`, ...names],
    rows: confusion.counts.map((row, at) => [names[at] ?? "", ...row]),
  };
}

/** In the order they are drawn. */
export function cellsOf(confusion: RunConfusion): readonly Cell[] {
  return confusion.counts.flatMap((row, truth) =>
    row.map((_count, predicted) => ({ truth, predicted })),
  );
}

export function cellWords(confusion: RunConfusion, { truth, predicted }: Cell): string {
  const last = confusion.names.length;
  const names = {
    truth: confusion.names[truth] ?? "",
    predicted: confusion.names[predicted] ?? "",
  };
  if (predicted === last) return t("analysis.missedTip", names);
  if (truth === last) return t("analysis.inventedTip", names);
  return t("analysis.confusionTip", names);
}

function tipOf(
  confusion: RunConfusion,
  cell: Cell | undefined,
  rowSums: readonly number[],
): string {
  if (!cell) return "";
  const count = confusion.counts[cell.truth]?.[cell.predicted] ?? 0;
  const sum = rowSums[cell.truth] ?? 0;
  const truth = confusion.names[cell.truth] ?? t("analysis.background");
  const rows = [
    { label: t("analysis.count"), value: formatCount(count) },
    {
      label: t("analysis.shareOfRow", { truth }),
      value: sum === 0 ? "–" : `${((count / sum) * 100).toFixed(1)} %`,
    },
  ];
  return tipHtml(cellWords(confusion, cell), rows, t("analysis.cellClick"));
}
