import { boxRect } from "../../../shared/geometry/boxes.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import { screenRect, type ScreenRect } from "../../../shared/geometry/spaces.ts";
import { crispLine } from "../paint/crisp.ts";
import { MARKER_SIDE, markerSprite } from "../paint/markers.ts";
import { overPicture } from "../paint/styles.ts";
import { TINY_SIDE } from "../scene/density.ts";
import { rectToScreen, type Viewport } from "../viewport.ts";
import { HANDLE_SIDE, handleFrame, handlePlace } from "./handles.ts";
import type { Labels } from "./labels.ts";
import { handles, type Handle } from "./reshape.ts";

/** With more selected boxes than this in view the dark edge under their lines is left out. */
const EDGED = 400;
const marker = { marker: "ring", colour: overPicture.selected } as const;

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
  const line = crispLine(ratio);
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
    if (Math.max(width, height) >= TINY_SIDE) {
      const from = line.snap(left);
      const start = line.snap(top);
      rects.push(from, start, line.snap(left + width) - from, line.snap(top + height) - start);
    } else marks.push(left + width / 2, top + height / 2);
  }
  paintRects(ctx, rects, line.width);
  const sprite = markerSprite(marker, ratio);
  for (let i = 0; i < marks.length; i += 2)
    ctx.drawImage(
      sprite,
      Math.round((marks[i]! - MARKER_SIDE / 2) * ratio) / ratio,
      Math.round((marks[i + 1]! - MARKER_SIDE / 2) * ratio) / ratio,
      MARKER_SIDE,
      MARKER_SIDE,
    );
}

function paintRects(ctx: CanvasRenderingContext2D, rects: readonly number[], width: number): void {
  if (rects.length / 4 <= EDGED) {
    ctx.strokeStyle = overPicture.edge;
    ctx.lineWidth = width + 2;
    for (let i = 0; i < rects.length; i += 4)
      ctx.strokeRect(rects[i]!, rects[i + 1]!, rects[i + 2]!, rects[i + 3]!);
  }
  ctx.fillStyle = "rgb(255 255 255 / 16%)";
  ctx.strokeStyle = overPicture.selected;
  ctx.lineWidth = width;
  for (let i = 0; i < rects.length; i += 4) {
    ctx.fillRect(rects[i]!, rects[i + 1]!, rects[i + 2]!, rects[i + 3]!);
    ctx.strokeRect(rects[i]!, rects[i + 1]!, rects[i + 2]!, rects[i + 3]!);
  }
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
