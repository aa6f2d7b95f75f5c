import { MAX_SCALE, rectToScreen, visibleRect, type Size, type Viewport } from "../viewport.ts";
import { imageRect } from "../../../shared/geometry/spaces.ts";

/** From this scale on, single pixels are told apart. */
export const GRID_SCALE = 8;

/** Lines between the pixels of the original, stronger as one goes deeper. */
export function paintPixelGrid(ctx: CanvasRenderingContext2D, picture: Size, view: Viewport): void {
  if (view.scale < GRID_SCALE) return;
  const seen = visibleRect(view);
  const left = Math.max(0, Math.floor(seen.x));
  const top = Math.max(0, Math.floor(seen.y));
  const right = Math.min(picture.width, Math.ceil(seen.x + seen.w));
  const bottom = Math.min(picture.height, Math.ceil(seen.y + seen.h));
  if (right <= left || bottom <= top) return;
  const area = rectToScreen(view, imageRect(left, top, right - left, bottom - top));
  const strength = 0.16 + 0.14 * Math.min(1, view.scale / MAX_SCALE);
  ctx.fillStyle = `rgb(128 128 128 / ${strength.toFixed(2)})`;
  for (let x = left; x <= right; x += 1)
    ctx.fillRect(Math.round(x * view.scale + view.originX), area.y, 1, area.h);
  for (let y = top; y <= bottom; y += 1)
    ctx.fillRect(area.x, Math.round(y * view.scale + view.originY), area.w, 1);
}
