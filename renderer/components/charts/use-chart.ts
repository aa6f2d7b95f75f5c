import { onMounted, onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import { drawNever, drawSoon } from "./draw-queue.ts";
import { createChart, type Chart, type ChartOption } from "./echarts.ts";

/** How far from the view a chart is drawn, so that it is there when one scrolls to it. */
const NEARBY_PX = 400;

/**
 * The chart in an element, drawn in its turn once it comes near the view, and again when the option changes or the
 * element's size does. Out of view it waits.
 */
export function useChart(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  option: () => ChartOption,
  onPick: (at: { seriesIndex: number; dataIndex: number }) => void,
): Readonly<ShallowRef<Chart | null>> {
  const chart = shallowRef<Chart | null>(null);
  const key = {};
  let isNear = false;
  let drawn: ChartOption | null = null;
  let shownInLegend: Readonly<Record<string, boolean>> = {};

  function create(place: HTMLElement): Chart {
    const made = createChart(place);
    made.on("click", ({ seriesIndex, dataIndex }) => {
      if (typeof seriesIndex === "number") onPick({ seriesIndex, dataIndex });
    });
    made.on("legendselectchanged", (event) => {
      shownInLegend = (event as { selected: Record<string, boolean> }).selected;
    });
    return (chart.value = made);
  }

  function draw(): void {
    const place = element.value;
    if (!place || !isNear) return;
    const made = chart.value ?? create(place);
    if (made.getWidth() !== place.clientWidth || made.getHeight() !== place.clientHeight) {
      made.resize();
    }
    if (drawn === option()) return;
    drawn = option();
    made.setOption(drawn, { notMerge: true });
    // What was switched off in the legend stays off when data comes in.
    for (const [name, isShown] of Object.entries(shownInLegend)) {
      if (!isShown) made.dispatchAction({ type: "legendUnSelect", name });
    }
  }

  const ask = () => {
    if (isNear) drawSoon(key, draw);
  };
  const near = new IntersectionObserver(
    (entries) => {
      isNear = entries.at(-1)?.isIntersecting ?? false;
      ask();
    },
    { rootMargin: `${NEARBY_PX}px` },
  );
  const size = new ResizeObserver(ask);
  onMounted(() => {
    if (!element.value) return;
    near.observe(element.value);
    size.observe(element.value);
  });
  watch(option, ask);
  onScopeDispose(() => {
    near.disconnect();
    size.disconnect();
    drawNever(key);
    chart.value?.dispose();
  });
  return chart;
}
