import { boxRect } from "../../../shared/geometry/boxes.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { screenRect, type ScreenRect } from "../../../shared/geometry/spaces.ts";
import { crispLine, type CrispLine } from "../paint/crisp.ts";
import { MARKER_SIDE, markerSprite } from "../paint/markers.ts";
import { paintOnPlane } from "../paint/pixel-plane.ts";
import { overPicture, type BoxStyle } from "../paint/styles.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { rectToScreen, type Viewport } from "../viewport.ts";
import { HANDLE_SIDE, handleFrame, handlePlace } from "./handles.ts";
import type { Labels } from "./labels.ts";
import { handles, type Handle } from "./reshape.ts";

/** More than this in view are drawn pixel by pixel. */
const BY_CALLS = 400;
const marker = { marker: "ring", colour: overPicture.selected } as const;
const style: BoxStyle = { ...marker, line: null, dash: [], spurs: false };

/** Where a gesture has the selected boxes: moved by (dx, dy), or a single one at `box`. */
export interface Lifted {
  readonly dx: number;
  readonly dy: number;
  readonly box: XywhPixels | null;
}

export const notLifted: Lifted = { dx: 0, dy: 0, box: null };

/** Draws the selected labels, all of them, whatever counts there are: white over a dark edge. */
export function paintSelected(
  ctx: CanvasRenderingContext2D,
  labels: Labels,
  places: Iterable<number>,
  lifted: Lifted,
  view: Viewport,
): void {
  const ratio = window.devicePixelRatio;
  const rects: number[] = [];
  const marks: number[] = [];
  const { boxes } = labels.columns;
  for (const place of places) {
    const at = place * 4;
    const [x, y, w, h] = lifted.box ?? [
      boxes[at]! + lifted.dx,
      boxes[at + 1]! + lifted.dy,
      boxes[at + 2]!,
      boxes[at + 3]!,
    ];
    const left = x * view.scale + view.originX;
    const top = y * view.scale + view.originY;
    const width = w * view.scale;
    const height = h * view.scale;
    const out = MARKER_SIDE;
    if (left > view.width + out || top > view.height + out) continue;
    if (left + width < -out || top + height < -out) continue;
    if (Math.max(width, height) >= TINY_SIDE) rects.push(left, top, width, height);
    else marks.push(left + width / 2, top + height / 2);
  }
  const boxCount = rects.length / 4;
  const markerCount = marks.length / 2;
  if (boxCount + markerCount > BY_CALLS) {
    const list = { styles: [style], boxes: [rects], markers: [marks], boxCount, markerCount };
    return paintOnPlane(ctx, list, ratio, true);
  }
  paintRects(ctx, rects, crispLine(ratio));
  paintRings(ctx, marks, ratio);
}

function paintRings(ctx: CanvasRenderingContext2D, marks: readonly number[], ratio: number): void {
  const sprite = markerSprite(marker, ratio);
  const snap = (value: number) => Math.round((value - MARKER_SIDE / 2) * ratio) / ratio;
  for (let i = 0; i < marks.length; i += 2)
    ctx.drawImage(sprite, snap(marks[i]!), snap(marks[i + 1]!), MARKER_SIDE, MARKER_SIDE);
}

function paintRects(
  ctx: CanvasRenderingContext2D,
  rects: readonly number[],
  { width, snap }: CrispLine,
): void {
  const each = (use: (x: number, y: number, w: number, h: number) => void) => {
    for (let i = 0; i < rects.length; i += 4) {
      const x = snap(rects[i]!);
      const y = snap(rects[i + 1]!);
      use(x, y, snap(rects[i]! + rects[i + 2]!) - x, snap(rects[i + 1]! + rects[i + 3]!) - y);
    }
  };
  ctx.strokeStyle = overPicture.edge;
  ctx.lineWidth = width + 2;
  each((x, y, w, h) => ctx.strokeRect(x, y, w, h));
  ctx.fillStyle = "rgb(255 255 255 / 16%)";
  ctx.strokeStyle = overPicture.selected;
  ctx.lineWidth = width;
  each((x, y, w, h) => {
    ctx.fillRect(x, y, w, h);
    ctx.strokeRect(x, y, w, h);
  });
}

/** The eight handles of a box, on a thin frame where they do not lie on the box itself. */
export function paintHandles(
  ctx: CanvasRenderingContext2D,
  box: XywhPixels,
  view: Viewport,
  active: Handle | null,
): void {
  const ratio = window.devicePixelRatio;
  const hairline = crispLine(ratio, 1);
  const onScreen = rectToScreen(view, boxRect(box));
  const frame = handleFrame(onScreen);
  if (frame.w > onScreen.w || frame.h > onScreen.h) {
    ctx.lineWidth = hairline.width;
    const inner = snapped(frame, hairline.snap);
    ctx.strokeStyle = "rgb(0 0 0 / 45%)";
    ctx.strokeRect(inner.x + 1, inner.y + 1, inner.w - 2, inner.h - 2);
    ctx.strokeStyle = "rgb(255 255 255 / 70%)";
    ctx.strokeRect(inner.x, inner.y, inner.w, inner.h);
  }
  for (const handle of handles) {
    const place = handlePlace(frame, handle);
    const x = Math.round((place.x - HANDLE_SIDE / 2) * ratio) / ratio;
    const y = Math.round((place.y - HANDLE_SIDE / 2) * ratio) / ratio;
    ctx.fillStyle = "rgb(12 16 22 / 80%)";
    ctx.fillRect(x - 1, y - 1, HANDLE_SIDE + 2, HANDLE_SIDE + 2);
    ctx.fillStyle = handle === active ? overPicture.falseAlarm : overPicture.selected;
    ctx.fillRect(x, y, HANDLE_SIDE, HANDLE_SIDE);
  }
}

function snapped({ x, y, w, h }: ScreenRect, snap: (value: number) => number): ScreenRect {
  const left = snap(x);
  const top = snap(y);
  return screenRect(left, top, snap(x + w) - left, snap(y + h) - top);
}
