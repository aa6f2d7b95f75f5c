import type { DrawList } from "./boxes-layer.ts";
import { crispLine } from "./crisp.ts";
import { MARKER_SIDE, markerPixels } from "./markers.ts";
import type { BoxStyle } from "./styles.ts";

interface Plane {
  readonly canvas: OffscreenCanvas;
  readonly image: ImageData;
  /** [h,w] RGBA of each pixel as one number. */
  readonly pixels: Uint32Array;
}

let plane: Plane | null = null;

/** As `overPicture.edge`. */
const EDGE = 0x8c000000;
/** Broken lines of boxes up to this side are drawn as parts of the side, CSS pixels. */
const SMALL_SIDE = 96;

/**
 * Draws boxes and markers by setting their pixels in one picture, and that onto the canvas. Without a GPU each call of
 * a canvas costs microseconds, so that for thousands of boxes this is many times faster than a call for each.
 * edged: with a dark edge along unbroken lines.
 */
export function paintOnPlane(
  ctx: CanvasRenderingContext2D,
  list: DrawList,
  pixelRatio: number,
  edged: boolean,
): void {
  const { width, height } = ctx.canvas;
  if (plane?.image.width !== width || plane.image.height !== height) {
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    plane = { canvas: new OffscreenCanvas(width, height), image, pixels };
  }
  const on = plane;
  on.pixels.fill(0);
  if (edged) {
    list.styles.forEach((style, at) => {
      if (style.line === null) setBoxes(on, style, list.boxes[at] ?? [], pixelRatio, true);
    });
  }
  list.styles.forEach((style, at) => {
    setBoxes(on, style, list.boxes[at] ?? [], pixelRatio, false);
    setMarkers(on, style, list.markers[at] ?? [], pixelRatio);
  });
  on.canvas.getContext("2d")!.putImageData(on.image, 0, 0);
  ctx.drawImage(on.canvas, 0, 0, width / pixelRatio, height / pixelRatio);
}

/** edge: only the dark edge, one CSS pixel on both sides of the line. */
function setBoxes(
  on: Plane,
  style: BoxStyle,
  rects: readonly number[],
  pixelRatio: number,
  edge: boolean,
): void {
  const thick = Math.round(crispLine(pixelRatio).width * pixelRatio);
  const colour = edge ? EDGE : pixelOf(style.colour);
  const out = edge ? Math.round(pixelRatio) : 0;
  for (let i = 0; i < rects.length; i += 4) {
    const left = Math.round(rects[i]! * pixelRatio - thick / 2);
    const top = Math.round(rects[i + 1]! * pixelRatio - thick / 2);
    const right = Math.round((rects[i]! + rects[i + 2]!) * pixelRatio - thick / 2);
    const bottom = Math.round((rects[i + 1]! + rects[i + 3]!) * pixelRatio - thick / 2);
    const width = right - left + thick;
    const height = bottom - top + thick;
    const line = thick + 2 * out;
    eachPart(style, width, pixelRatio, (from, to) => {
      const [x, w] = [left + from - out, to - from + 2 * out];
      setRect(on, x, top - out, w, line, colour);
      setRect(on, x, bottom - out, w, line, colour);
    });
    eachPart(style, height, pixelRatio, (from, to) => {
      const [y, h] = [top + from - out, to - from + 2 * out];
      setRect(on, left - out, y, line, h, colour);
      setRect(on, right - out, y, line, h, colour);
    });
    if (style.spurs && !edge)
      setStuds(on, left, top, left + width, top + height, colour, pixelRatio);
  }
}

/** The drawn parts of a side, device pixels from its beginning. */
function eachPart(
  { line, dash }: BoxStyle,
  length: number,
  pixelRatio: number,
  use: (from: number, to: number) => void,
): void {
  if (line === null) return use(0, length);
  if (length <= SMALL_SIDE * pixelRatio) {
    for (const [from, to] of line) use(Math.round(from * length), Math.round(to * length));
    return;
  }
  const [drawn, gap] = [dash[0]! * pixelRatio, dash[1]! * pixelRatio];
  for (let from = 0; from < length; from += drawn + gap)
    use(Math.round(from), Math.round(Math.min(length, from + drawn)));
}

/** Dots beyond the corners. */
function setStuds(
  on: Plane,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colour: number,
  pixelRatio: number,
): void {
  const side = Math.round(2 * pixelRatio);
  for (const x of [left - side, right])
    for (const y of [top - side, bottom]) setRect(on, x, y, side, side, colour);
}

function setRect(
  { pixels, image: { width, height } }: Plane,
  x: number,
  y: number,
  w: number,
  h: number,
  colour: number,
): void {
  const from = Math.max(0, x);
  const to = Math.min(width, x + w);
  if (from >= to) return;
  for (let row = Math.max(0, y); row < Math.min(height, y + h); row += 1)
    pixels.fill(colour, row * width + from, row * width + to);
}

function setMarkers(
  { pixels, image: { width, height } }: Plane,
  style: BoxStyle,
  marks: readonly number[],
  pixelRatio: number,
): void {
  if (marks.length === 0) return;
  const sprite = markerPixels(style, pixelRatio);
  for (let i = 0; i < marks.length; i += 2) {
    const x = Math.round((marks[i]! - MARKER_SIDE / 2) * pixelRatio);
    const y = Math.round((marks[i + 1]! - MARKER_SIDE / 2) * pixelRatio);
    copySprite(pixels, width, height, sprite, x, y);
  }
}

const pixelByColour = new Map<string, number>();

/** A CSS colour as one number, RGBA from the lowest byte on. */
function pixelOf(colour: string): number {
  let pixel = pixelByColour.get(colour);
  if (pixel === undefined) {
    const ctx = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, 1, 1);
    pixel = new Uint32Array(ctx.getImageData(0, 0, 1, 1).data.buffer)[0]!;
    pixelByColour.set(colour, pixel);
  }
  return pixel;
}

/** Copies what is seen of a square sprite: where something lies already, only what is more than a shade. */
function copySprite(
  pixels: Uint32Array,
  width: number,
  height: number,
  sprite: Uint32Array,
  x: number,
  y: number,
): void {
  const side = Math.sqrt(sprite.length);
  const from = Math.max(0, -x);
  const to = Math.min(side, width - x);
  for (let row = Math.max(0, -y); row < Math.min(side, height - y); row += 1) {
    const line = (y + row) * width + x;
    for (let column = from; column < to; column += 1) {
      const pixel = sprite[row * side + column]!;
      const alpha = pixel >>> 24; // the last byte of RGBA: processors with this page are little-endian
      if (alpha === 0) continue;
      if (alpha > 160 || pixels[line + column] === 0) pixels[line + column] = pixel;
    }
  }
}
