import type { Tokens } from "../../theme/tokens.ts";
import { fontFamily } from "../../theme/naive.ts";
import type { ChartOption } from "./echarts.ts";

/** What every chart shares: type, quiet axes, a readable tooltip, no animation. */
export function chartBase(tokens: Tokens): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily, fontSize: 11, color: tokens.textSoft },
    grid: { left: 44, right: 12, top: 28, bottom: 44 },
    tooltip: {
      confine: true,
      transitionDuration: 0,
      backgroundColor: tokens.raised,
      borderColor: tokens.lineStrong,
      padding: [7, 10],
      textStyle: { fontFamily, fontSize: 12, color: tokens.text },
      extraCssText: `box-shadow:${tokens.shadow};border-radius:6px;font-variant-numeric:tabular-nums`,
    },
    aria: { enabled: false },
  };
}

/** A legend above the drawing. */
export function legend(tokens: Tokens): Record<string, unknown> {
  return {
    top: 0,
    left: 0,
    type: "plain",
    itemWidth: 14,
    itemHeight: 8,
    itemGap: 12,
    icon: "roundRect",
    inactiveColor: tokens.lineStrong,
    textStyle: { color: tokens.textSoft, fontSize: 11 },
  };
}

export function valueAxis(
  tokens: Tokens,
  name: string,
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: "value",
    min: 0,
    name,
    nameLocation: "middle",
    nameGap: 32,
    nameTextStyle: { color: tokens.textFaint, fontSize: 11 },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: tokens.textFaint, fontSize: 11 },
    splitLine: { lineStyle: { color: tokens.line } },
    ...extra,
  };
}

/** The same below the drawing. */
export function baseAxis(
  tokens: Tokens,
  name: string,
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  return valueAxis(tokens, name, {
    nameGap: 26,
    axisLine: { show: true, lineStyle: { color: tokens.lineStrong } },
    splitLine: { show: false },
    ...extra,
  });
}

/** Text in a tooltip; names come from the user's files. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Heading and rows of a tooltip. */
export function tipHtml(
  heading: string,
  rows: readonly { readonly label: string; readonly value: string; readonly colour?: string }[],
  foot = "",
): string {
  const cells = rows.map(({ label, value, colour }) => {
    const dot = colour
      ? `<span style="display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px;background:${colour}"></span>`
      : "";
    return `<tr><td>${dot}${escapeHtml(label)}</td><td style="text-align:right;padding-left:16px;font-weight:600">${escapeHtml(value)}</td></tr>`;
  });
  const head = `<div style="font-weight:600;margin-bottom:3px">${escapeHtml(heading)}</div>`;
  const end = foot ? `<div style="margin-top:4px;opacity:.7">${escapeHtml(foot)}</div>` : "";
  return `${head}<table style="border-spacing:0">${cells.join("")}</table>${end}`;
}
