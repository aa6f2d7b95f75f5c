import type { ScreenRect } from "../../../shared/geometry/spaces.ts";
import { overPicture } from "./styles.ts";

const HEIGHT = 17;
const PADDING = 5;

/** Where a text lies, CSS pixels; all are of one height. */
export interface Plate {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * A text on a dark plate above a box; below it, or inside, where there is no room.
 * Where another plate lies that must stay readable, it goes below, or beside that. Returns the plate.
 */
export function paintLabel(
  ctx: CanvasRenderingContext2D,
  text: string,
  colour: string,
  box: ScreenRect,
  view: { readonly width: number; readonly height: number },
  font: string,
  taken: Plate | null = null,
): Plate {
  ctx.font = `500 11.5px ${font}`;
  const width = ctx.measureText(text).width + 2 * PADDING + 3;
  const x = Math.round(Math.max(2, Math.min(box.x - 1, view.width - width - 2)));
  const above = Math.round(box.y - HEIGHT - 4);
  const below = Math.round(box.y + box.h + 4);
  const isFree = (at: number) =>
    taken === null ||
    at >= taken.y + HEIGHT ||
    at + HEIGHT <= taken.y ||
    x >= taken.x + taken.width ||
    x + width <= taken.x;
  const free = [
    ...(above >= 2 ? [above] : []),
    ...(below + HEIGHT < view.height ? [below] : []),
    2,
  ];
  const y = free.find(isFree) ?? taken!.y + HEIGHT + 1;
  ctx.fillStyle = "rgb(12 16 22 / 86%)";
  ctx.fillRect(x, y, width, HEIGHT);
  ctx.fillStyle = colour;
  ctx.fillRect(x, y, 3, HEIGHT);
  ctx.fillStyle = overPicture.selected;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x + PADDING + 3, y + HEIGHT / 2 + 0.5);
  return { x, y, width };
}
