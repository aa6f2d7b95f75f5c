import { BarChart, CustomChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  AriaComponent,
  BarChart,
  CustomChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
]);

export type ChartOption = EChartsCoreOption;
export type Chart = EChartsType;

export function createChart(element: HTMLElement): Chart {
  return init(element, null, { renderer: "svg" });
}

/** The chart as one SVG document with its heading, for a paper or a slide. */
export function drawSvg(
  option: ChartOption,
  heading: { readonly title: string; readonly subtitle: string },
  look: { readonly background: string; readonly text: string; readonly soft: string },
): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 760, height: 440 });
  chart.setOption(option);
  const grid = option["grid"] as { top?: number } | undefined;
  chart.setOption({
    backgroundColor: look.background,
    title: {
      text: heading.title,
      subtext: heading.subtitle,
      left: 12,
      top: 8,
      textStyle: { fontSize: 15, fontWeight: 600, color: look.text },
      subtextStyle: { fontSize: 11, color: look.soft },
    },
    grid: { top: (grid?.top ?? 30) + 48 },
    ...(option["legend"] ? { legend: { top: 50 } } : {}),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Rasterises an SVG document at `scale` pixels a unit. */
export async function drawPng(svg: string, scale = 2): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * scale;
  canvas.height = image.naturalHeight * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}
