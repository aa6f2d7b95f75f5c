import { overPicture, type BoxStyle, type MarkerShape } from "./styles.ts";

/** Side of the square a marker is drawn in, CSS pixels; what is seen of it is about 10. */
export const MARKER_SIDE = 14;
const HALF = MARKER_SIDE / 2;
const REACH = 4.5;

type Marked = Pick<BoxStyle, "marker" | "colour">;

/** Per pixel ratio, so that a window on another screen is drawn as sharp. */
const sprites = new Map<number, WeakMap<Marked, Sprite>>();

interface Sprite {
  readonly bitmap: ImageBitmap;
  readonly pixels: Uint32Array;
}

/**
 * A marker as a picture, drawn once: copying it is much faster than drawing thousands of shapes, and copying a bitmap
 * faster than copying a canvas.
 */
export function markerSprite(style: Marked, pixelRatio: number): ImageBitmap {
  return spriteOf(style, pixelRatio).bitmap;
}

/** The same, [side,side] RGBA of each pixel as one number. */
export function markerPixels(style: Marked, pixelRatio: number): Uint32Array {
  return spriteOf(style, pixelRatio).pixels;
}

function spriteOf(style: Marked, pixelRatio: number): Sprite {
  let drawn = sprites.get(pixelRatio);
  if (!drawn) sprites.set(pixelRatio, (drawn = new WeakMap()));
  let sprite = drawn.get(style);
  if (!sprite) drawn.set(style, (sprite = drawMarker(style, pixelRatio)));
  return sprite;
}

function drawMarker(style: Marked, pixelRatio: number): Sprite {
  const side = Math.ceil(MARKER_SIDE * pixelRatio);
  const sprite = new OffscreenCanvas(side, side);
  const ctx = sprite.getContext("2d", { willReadFrequently: true })!;
  ctx.scale(sprite.width / MARKER_SIDE, sprite.height / MARKER_SIDE);
  const shape = markerPath(style.marker, HALF, HALF);
  ctx.lineCap = "square";
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = overPicture.edge;
  ctx.stroke(shape);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = style.colour;
  ctx.stroke(shape);
  const { data } = ctx.getImageData(0, 0, side, side);
  return { bitmap: sprite.transferToImageBitmap(), pixels: new Uint32Array(data.buffer) };
}

function markerPath(shape: MarkerShape, x: number, y: number): Path2D {
  const path = new Path2D();
  switch (shape) {
    case "ring":
      path.arc(x, y, REACH - 0.25, 0, 2 * Math.PI);
      return path;
    case "dot":
      path.arc(x, y, 2, 0, 2 * Math.PI);
      return path;
    case "diamond":
      path.moveTo(x, y - REACH);
      path.lineTo(x + REACH, y);
      path.lineTo(x, y + REACH);
      path.lineTo(x - REACH, y);
      path.closePath();
      return path;
    case "cross":
      path.moveTo(x - 2.5, y - 2.5);
      path.lineTo(x + 2.5, y + 2.5);
      path.moveTo(x + 2.5, y - 2.5);
      path.lineTo(x - 2.5, y + 2.5);
      return path;
    case "plus":
      path.moveTo(x, y - REACH);
      path.lineTo(x, y + REACH);
      path.moveTo(x - REACH, y);
      path.lineTo(x + REACH, y);
      return path;
    case "quad":
      for (const dx of [-2.75, 2.75])
        for (const dy of [-2.75, 2.75]) path.rect(x + dx - 0.75, y + dy - 0.75, 1.5, 1.5);
      return path;
    case "corners":
      for (const [sx, sy] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        path.moveTo(x + sx * (REACH - 3), y + sy * REACH);
        path.lineTo(x + sx * REACH, y + sy * REACH);
        path.lineTo(x + sx * REACH, y + sy * (REACH - 3));
      }
      return path;
  }
}
