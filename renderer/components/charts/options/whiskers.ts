import { formatAp } from "../../../text/format.ts";
import type { Tokens } from "../../../theme/tokens.ts";

/** Ends of a confidence interval, 0..1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

interface WhiskerSet {
  readonly name: string;
  readonly ap: Readonly<Record<string, number | null>>;
  readonly intervals?: Readonly<Record<string, Interval>>;
}

interface DrawApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(extent: readonly [number, number]): [number, number];
}

/** An interval on each bar of a grouped bar chart with the value above it. Sets without intervals have none. */
export function whiskers(
  labels: readonly string[],
  sets: readonly WhiskerSet[],
  tokens: Tokens,
): Record<string, unknown>[] {
  return sets.flatMap((set, at) =>
    set.intervals
      ? [
          {
            type: "custom",
            name: set.name,
            silent: true,
            z: 5,
            tooltip: { show: false },
            data: labels.flatMap((label, x) => {
              const interval = set.intervals?.[label];
              return interval ? [[x, interval.low * 100, interval.high * 100]] : [];
            }),
            renderItem: (_params: unknown, api: DrawApi) =>
              whisker(api, {
                offset: offsetOf(at, sets.length, api.size([1, 0])[0]),
                colour: tokens.text,
                halo: tokens.surface,
                words: sets.length > 3 ? "" : formatAp(set.ap[labels[api.value(0)] ?? ""]),
              }),
          },
        ]
      : [],
  );
}

/** Where echarts puts the middle of bar `at` of `count`, from the middle of its category. */
function offsetOf(at: number, count: number, band: number): number {
  // The default gap between categories is 20 % of the band, ours between bars 12 % of a bar.
  const free = band * 0.8;
  const width = Math.min(56, free / (count + 0.12 * (count - 1)));
  return (at - (count - 1) / 2) * width * 1.12;
}

function whisker(
  api: DrawApi,
  { offset, colour, halo, words }: { offset: number; colour: string; halo: string; words: string },
): Record<string, unknown> {
  const [x, top] = api.coord([api.value(0), api.value(2)]);
  const [, bottom] = api.coord([api.value(0), api.value(1)]);
  const middle = x + offset;
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: "line",
    shape: { x1, y1, x2, y2 },
    // The halo keeps it visible on a bar of any colour.
    style: { stroke: colour, lineWidth: 1.2, shadowColor: halo, shadowBlur: 2 },
  });
  return {
    type: "group",
    children: [
      line(middle, top, middle, bottom),
      line(middle - 4, top, middle + 4, top),
      line(middle - 4, bottom, middle + 4, bottom),
      {
        type: "text",
        style: {
          x: middle,
          y: top - 5,
          text: words,
          fill: colour,
          align: "center",
          verticalAlign: "bottom",
          fontSize: 11,
          fontWeight: 600,
        },
      },
    ],
  };
}
