/** What becomes of a box under a gesture. All lengths are image pixels, never rounded. */
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { ImagePoint } from "../../../shared/geometry/spaces.ts";
import type { Size } from "../viewport.ts";

/** No side gets shorter than this, image pixels. */
export const LEAST_SIDE = 0.5;

/** A corner or side of a box, by compass. */
export const handles = ["nw", "n", "ne", "e", "se", "s", "sw", "w"] as const;
export type Handle = (typeof handles)[number];

/** -1, 0 or 1: which edge of each axis a handle moves. */
export function handleAxes(handle: Handle): { readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 } {
  return {
    x: handle.includes("w") ? -1 : handle.includes("e") ? 1 : 0,
    y: handle.includes("n") ? -1 : handle.includes("s") ? 1 : 0,
  };
}

/**
 * The box between two corners, as far as it lies on the picture; null where a side would be too short.
 * square: as wide as high, after the longer side.
 */
export function drawnBox(
  from: ImagePoint,
  to: ImagePoint,
  picture: Size,
  square: boolean,
): XywhPixels | null {
  const start = onPicture(from, picture);
  let { x, y } = onPicture(to, picture);
  if (square) {
    const wanted = Math.max(Math.abs(to.x - start.x), Math.abs(to.y - start.y));
    const right = to.x >= start.x;
    const down = to.y >= start.y;
    const side = Math.min(
      wanted,
      right ? picture.width - start.x : start.x,
      down ? picture.height - start.y : start.y,
    );
    x = start.x + (right ? side : -side);
    y = start.y + (down ? side : -side);
  }
  const w = Math.abs(x - start.x);
  const h = Math.abs(y - start.y);
  if (w < LEAST_SIDE || h < LEAST_SIDE) return null;
  return [Math.min(x, start.x), Math.min(y, start.y), w, h];
}

/** A box of a given size round a point, pushed onto the picture; null where the point lies outside. */
export function stampedBox(
  at: ImagePoint,
  [wantedW, wantedH]: readonly [number, number],
  picture: Size,
): XywhPixels | null {
  if (at.x < 0 || at.y < 0 || at.x > picture.width || at.y > picture.height) return null;
  const w = Math.min(wantedW, picture.width);
  const h = Math.min(wantedH, picture.height);
  if (w < LEAST_SIDE || h < LEAST_SIDE) return null;
  return [
    clamp(at.x - w / 2, 0, picture.width - w),
    clamp(at.y - h / 2, 0, picture.height - h),
    w,
    h,
  ];
}

/** How far boxes may be moved together. */
export interface MoveRoom {
  readonly left: number;
  readonly right: number;
  readonly up: number;
  readonly down: number;
}

/** The room that keeps each box on the picture; one that reaches over the border already is free on that axis. */
export function moveRoom(boxes: Iterable<XywhPixels>, picture: Size): MoveRoom {
  let left = -Infinity;
  let right = Infinity;
  let up = -Infinity;
  let down = Infinity;
  for (const [x, y, w, h] of boxes) {
    if (x >= 0 && x + w <= picture.width) {
      left = Math.max(left, -x);
      right = Math.min(right, picture.width - x - w);
    }
    if (y >= 0 && y + h <= picture.height) {
      up = Math.max(up, -y);
      down = Math.min(down, picture.height - y - h);
    }
  }
  return { left, right, up, down };
}

/** A movement held within its room. */
export function movement(
  from: ImagePoint,
  to: ImagePoint,
  room: MoveRoom,
): { readonly dx: number; readonly dy: number } {
  return {
    dx: clamp(to.x - from.x, room.left, room.right),
    dy: clamp(to.y - from.y, room.up, room.down),
  };
}

/** A box moved; its size stays the same to the last bit. */
export function movedBox([x, y, w, h]: XywhPixels, dx: number, dy: number): XywhPixels {
  return [x + dx, y + dy, w, h];
}

/**
 * The box after a handle has been moved by (dx, dy). An edge may pass the opposite one and then goes on as that one.
 * keepShape: at a corner, width and height keep their relation.
 */
export function resizedBox(
  box: XywhPixels,
  handle: Handle,
  by: { readonly dx: number; readonly dy: number },
  picture: Size,
  keepShape: boolean,
): XywhPixels {
  const axes = handleAxes(handle);
  const [x, y, w, h] = box;
  const across = stretched(x, w, axes.x, by.dx, picture.width);
  const along = stretched(y, h, axes.y, by.dy, picture.height);
  if (!keepShape || axes.x === 0 || axes.y === 0 || w <= 0 || h <= 0)
    return [across.from, along.from, across.length, along.length];
  const wanted = Math.max(across.length / w, along.length / h);
  const growth = Math.min(wanted, across.most / w, along.most / h);
  return [
    across.backward ? across.fixed - w * growth : across.fixed,
    along.backward ? along.fixed - h * growth : along.fixed,
    w * growth,
    h * growth,
  ];
}

/** One axis of a box of which one end is pulled. */
function stretched(from: number, length: number, end: -1 | 0 | 1, by: number, extent: number) {
  if (end === 0) return { from, length, fixed: from, most: Infinity, backward: false };
  const fixed = end < 0 ? from + length : from;
  const start = end < 0 ? from : from + length;
  // What reached over the border may stay there, but goes no further.
  const pulled = clamp(start + by, Math.min(0, start), Math.max(extent, start));
  let backward = pulled === fixed ? end < 0 : pulled < fixed;
  let reach = Math.max(LEAST_SIDE, Math.abs(pulled - fixed));
  const room = (back: boolean) =>
    back ? fixed - Math.min(0, start) : Math.max(extent, start) - fixed;
  // A box at the border cannot be turned over it.
  if (room(backward) < LEAST_SIDE) {
    backward = !backward;
    reach = LEAST_SIDE;
  }
  return {
    from: backward ? fixed - reach : fixed,
    length: reach,
    fixed,
    most: room(backward),
    backward,
  };
}

function onPicture({ x, y }: ImagePoint, picture: Size) {
  return { x: clamp(x, 0, picture.width), y: clamp(y, 0, picture.height) };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
