/** What is under work right now: drafts, bands, the stamp and the cross-hair. */
import { boxRect, sizeInWords } from "../../../shared/geometry/boxes.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { ImageRect, ScreenPoint, ScreenRect } from "../../../shared/geometry/spaces.ts";
import { crispLine } from "../paint/crisp.ts";
import { paintLabel } from "../paint/labels.ts";
import { overPicture } from "../paint/styles.ts";
import { rectToScreen, type Viewport } from "../viewport.ts";

/** A box that is drawn or has just been drawn. */
export function paintDraft(
  ctx: CanvasRenderingContext2D,
  box: XywhPixels,
  colour: string,
  view: Viewport,
): void {
  const line = crispLine(window.devicePixelRatio);
  const rect = sharp(rectToScreen(view, boxRect(box)), line.snap);
  ctx.strokeStyle = overPicture.edge;
  ctx.lineWidth = line.width + 2;
  ctx.strokeRect(rect.x, rect.y, rect.w, rect.h);
  ctx.strokeStyle = colour;
  ctx.lineWidth = line.width;
  ctx.strokeRect(rect.x, rect.y, rect.w, rect.h);
}

/** Where a box was before the gesture. */
export function paintOrigin(ctx: CanvasRenderingContext2D, box: XywhPixels, view: Viewport): void {
  const line = crispLine(window.devicePixelRatio, 1);
  const rect = sharp(rectToScreen(view, boxRect(box)), line.snap);
  ctx.lineWidth = line.width;
  ctx.strokeStyle = "rgb(255 255 255 / 60%)";
  ctx.setLineDash([2, 3]);
  ctx.strokeRect(rect.x, rect.y, rect.w, rect.h);
  ctx.setLineDash([]);
}

/** The size of a box, beside it. */
export function paintSize(
  ctx: CanvasRenderingContext2D,
  box: XywhPixels,
  colour: string,
  view: Viewport,
  font: string,
): void {
  const around = { ...rectToScreen(view, boxRect(box)) };
  paintLabel(ctx, sizeInWords(box[2], box[3]), colour, padded(around, 8), view, font);
}

/** A part of the picture that is chosen: what is not, is darkened. */
export function paintRegion(
  ctx: CanvasRenderingContext2D,
  box: XywhPixels,
  colour: string,
  view: Viewport,
): void {
  const { x, y, w, h } = rectToScreen(view, boxRect(box));
  ctx.fillStyle = "rgb(0 0 0 / 35%)";
  ctx.beginPath();
  ctx.rect(0, 0, view.width, view.height);
  ctx.rect(x, y, w, h);
  ctx.fill("evenodd");
  ctx.setLineDash([8, 4]);
  paintDraft(ctx, box, colour, view);
  ctx.setLineDash([]);
}

/** A rubber band. */
export function paintBand(ctx: CanvasRenderingContext2D, band: ImageRect, view: Viewport): void {
  const line = crispLine(window.devicePixelRatio, 1);
  const rect = sharp(rectToScreen(view, band), line.snap);
  ctx.fillStyle = "rgb(255 255 255 / 10%)";
  ctx.fillRect(rect.x, rect.y, rect.w, rect.h);
  ctx.lineWidth = line.width;
  ctx.strokeStyle = "rgb(0 0 0 / 70%)";
  ctx.strokeRect(rect.x, rect.y, rect.w, rect.h);
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = overPicture.selected;
  ctx.strokeRect(rect.x, rect.y, rect.w, rect.h);
  ctx.setLineDash([]);
}

/** Lines over the whole view through the pointer, to line a box up with what is far away. */
export function paintCrossHair(
  ctx: CanvasRenderingContext2D,
  at: ScreenPoint,
  view: Viewport,
): void {
  const line = crispLine(window.devicePixelRatio, 1);
  const x = line.snap(at.x) - line.width / 2;
  const y = line.snap(at.y) - line.width / 2;
  ctx.fillStyle = "rgb(0 0 0 / 45%)";
  ctx.fillRect(x - 1, 0, line.width + 2, view.height);
  ctx.fillRect(0, y - 1, view.width, line.width + 2);
  ctx.fillStyle = "rgb(255 255 255 / 85%)";
  ctx.fillRect(x, 0, line.width, view.height);
  ctx.fillRect(0, y, view.width, line.width);
}

function sharp({ x, y, w, h }: ScreenRect, snap: (value: number) => number) {
  const left = snap(x);
  const top = snap(y);
  return { x: left, y: top, w: snap(x + w) - left, h: snap(y + h) - top };
}

export function padded(rect: ScreenRect, by: number): ScreenRect {
  return { ...rect, x: rect.x - by, y: rect.y - by, w: rect.w + 2 * by, h: rect.h + 2 * by };
}
