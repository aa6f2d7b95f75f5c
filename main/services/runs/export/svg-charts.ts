/** Small charts as SVG text for the report: no script, colours from the page's style sheet. */

const WIDTH = 460;
const HEIGHT = 240;
const LEFT = 44;
const BOTTOM = 34;
const TOP = 10;
const RIGHT = 8;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

/** Replaces what would be markup. */
export function escapeMarkup(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}

export interface BarGroup {
  readonly label: string;
  /** Second line under the label. */
  readonly note: string;
  /** One bar a series; null leaves a gap. */
  readonly values: readonly (number | null)[];
}

/** Bars from 0 to 1, in groups. */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  const step = PLOT_WIDTH / Math.max(1, groups.length);
  const bars = groups.map(({ label, note, values }, g) => {
    const width = Math.min(40, (step * 0.7) / Math.max(1, values.length));
    const start = LEFT + g * step + (step - width * values.length) / 2;
    const middle = LEFT + (g + 0.5) * step;
    const shapes = values.map((value, s) => {
      if (value === null) return "";
      const height = value * PLOT_HEIGHT;
      const x = start + s * width;
      return `<rect class="s${s}" x="${n(x)}" y="${n(TOP + PLOT_HEIGHT - height)}" width="${n(width - 2)}" height="${n(height)}"/>
<text class="value" x="${n(x + width / 2 - 1)}" y="${n(TOP + PLOT_HEIGHT - height - 3)}">${(100 * value).toFixed(1)}</text>`;
    });
    return `${shapes.join("")}<text class="tick" x="${n(middle)}" y="${HEIGHT - 19}">${escapeMarkup(label)}</text>
<text class="tick faint" x="${n(middle)}" y="${HEIGHT - 6}">${escapeMarkup(note)}</text>`;
  });
  return frame(title, `${percentAxis()}${bars.join("")}`);
}

export interface Line {
  readonly label: string;
  /** x and y in 0..1 of the plot. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines over a 0..1 axis; `ticks` are places on the x axis with their labels. */
export function lineChart(
  title: string,
  lines: readonly Line[],
  ticks: readonly (readonly [number, string])[],
): string {
  const paths = lines.map(({ points }, s) => {
    const path = points
      .map(([x, y]) => `${n(LEFT + x * PLOT_WIDTH)},${n(TOP + (1 - y) * PLOT_HEIGHT)}`)
      .join(" ");
    return `<polyline class="l${s % 8}" points="${path}"/>`;
  });
  const legend = lines.map(
    ({ label }, s) =>
      `<tspan class="k${s % 8}" x="${WIDTH - RIGHT - 4}" dy="13">${escapeMarkup(label)}</tspan>`,
  );
  return frame(
    title,
    `${percentAxis()}${xTicks(ticks)}${paths.join("")}<text class="legend" y="${TOP}">${legend.join("")}</text>`,
  );
}

/** Two histograms on the same bins, the second drawn over the first. Counts; bins of equal width on the page. */
export function histogramChart(
  title: string,
  edges: readonly number[],
  [first, second]: readonly [readonly number[], readonly number[]],
  stacked: boolean,
): string {
  const totals = first.map((count, i) =>
    stacked ? count + second[i]! : Math.max(count, second[i]!),
  );
  const top = Math.max(1, ...totals);
  const width = PLOT_WIDTH / Math.max(1, first.length);
  const rect = (name: string, i: number, from: number, to: number) =>
    `<rect class="${name}" x="${n(LEFT + i * width)}" y="${n(TOP + (1 - to / top) * PLOT_HEIGHT)}" width="${n(width - 1)}" height="${n(((to - from) / top) * PLOT_HEIGHT)}"/>`;
  const bars = first.map((count, i) => {
    const base = stacked ? count : 0;
    return rect("s0", i, 0, count) + rect("s1", i, base, base + second[i]!);
  });
  const every = Math.ceil(edges.length / 10);
  const ticks = edges
    .map((edge, i) => [i / Math.max(1, edges.length - 1), String(Number(edge.toFixed(2)))] as const)
    .filter((_, i) => i % every === 0);
  const axis = `<text class="axis" x="${LEFT - 4}" y="${TOP + 8}">${top}</text><text class="axis" x="${LEFT - 4}" y="${TOP + PLOT_HEIGHT}">0</text>`;
  return frame(title, axis + xTicks(ticks) + bars.join(""));
}

function frame(title: string, body: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeMarkup(title)}"><line class="base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${TOP + PLOT_HEIGHT}" y2="${TOP + PLOT_HEIGHT}"/>${body}</svg>`;
}

function percentAxis(): string {
  return [0, 0.25, 0.5, 0.75, 1]
    .map((value) => {
      const y = n(TOP + (1 - value) * PLOT_HEIGHT);
      return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text class="axis" x="${LEFT - 4}" y="${y}">${100 * value}</text>`;
    })
    .join("");
}

function xTicks(ticks: readonly (readonly [number, string])[]): string {
  return ticks
    .map(
      ([x, label]) =>
        `<text class="tick" x="${n(LEFT + x * PLOT_WIDTH)}" y="${HEIGHT - 19}">${escapeMarkup(label)}</text>`,
    )
    .join("");
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
