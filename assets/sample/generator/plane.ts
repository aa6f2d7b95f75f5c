/** A point of the picture in pixels, y down. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Left, top, width, height in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export const shift = (points: readonly Point[], by: Point): Point[] =>
  points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y }));

/** Corners of a rectangle, its four corners cut by `cut` pixels. angle in radians, clockwise on the screen. */
export function rectangle(
  centre: Point,
  length: number,
  width: number,
  angle: number,
  cut = 0,
): Point[] {
  const [a, b] = [length / 2, width / 2];
  const corners: [number, number][] =
    cut === 0
      ? [
          [a, b],
          [-a, b],
          [-a, -b],
          [a, -b],
        ]
      : [
          [a, b - cut],
          [a - cut, b],
          [cut - a, b],
          [-a, b - cut],
          [-a, cut - b],
          [cut - a, -b],
          [a - cut, -b],
          [a, cut - b],
        ];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return corners.map(([u, v]) => ({
    x: centre.x + u * cos - v * sin,
    y: centre.y + u * sin + v * cos,
  }));
}

/** Smallest upright box round the points. */
export function boxAround(points: readonly Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

/** Convex hull by Andrew's monotone chain. */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (run: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of run) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const turn = (a: Point, b: Point, c: Point): number =>
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/** Area shared by two boxes in square pixels. */
export function overlap(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

export const grow = (box: Box, by: number): Box => ({
  x: box.x - by,
  y: box.y - by,
  w: box.w + 2 * by,
  h: box.h + 2 * by,
});

export const contains = (box: Box, { x, y }: Point): boolean =>
  x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;

/** The part of a box inside a picture; null where nothing is left. */
export function clip(box: Box, width: number, height: number): Box | null {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const w = Math.min(width, box.x + box.w) - x;
  const h = Math.min(height, box.y + box.h) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : null;
}

/** Distance of a point from a line of segments, and the direction of the nearest one in radians. */
export function nearest(
  line: readonly Point[],
  point: Point,
): { readonly distance: number; readonly angle: number } {
  let best = { distance: Infinity, angle: 0 };
  for (let i = 1; i < line.length; i += 1) {
    const [a, b] = [line[i - 1]!, line[i]!];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const along = ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy);
    const t = Math.min(1, Math.max(0, along));
    const distance = Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy);
    if (distance < best.distance) best = { distance, angle: Math.atan2(dy, dx) };
  }
  return best;
}

/** The line moved sideways by `by` pixels, to its right when looking along it. */
export function beside(line: readonly Point[], by: number): Point[] {
  return line.map((point, i) => {
    const before = line[Math.max(0, i - 1)]!;
    const after = line[Math.min(line.length - 1, i + 1)]!;
    const length = Math.hypot(after.x - before.x, after.y - before.y);
    return {
      x: point.x - ((after.y - before.y) / length) * by,
      y: point.y + ((after.x - before.x) / length) * by,
    };
  });
}

/** A walk along a line: the place and heading at each distance, or null past its end. */
export function placeOn(
  line: readonly Point[],
  distance: number,
): { readonly at: Point; readonly angle: number } | null {
  let left = distance;
  for (let i = 1; i < line.length; i += 1) {
    const [a, b] = [line[i - 1]!, line[i]!];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (left <= length) {
      const t = left / length;
      return {
        at: { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t },
        angle: Math.atan2(b.y - a.y, b.x - a.x),
      };
    }
    left -= length;
  }
  return null;
}
