import { TINY_SIDE, type Density } from "../scene/density.ts";
import type { Judgement, Scene } from "../scene/scene.ts";
import { FULL, HIDDEN } from "../scene/visibility.ts";
import { visibleRect, type Viewport } from "../viewport.ts";
import { crispLine, type CrispLine } from "./crisp.ts";
import { MARKER_SIDE, markerSprite } from "./markers.ts";
import { paintOnPlane } from "./pixel-plane.ts";
import { boxStyles, overPicture, styleOf, type BoxStyle } from "./styles.ts";

/** Above this many boxes the dark edge under the lines is left out: the picture is covered anyway. */
const EDGED = 1500;
/** More boxes and markers than this in view are drawn pixel by pixel. */
const BY_CALLS = 400;
/** Broken lines of boxes up to this side are drawn as parts of the side, CSS pixels. */
const SMALL_SIDE = 96;
/** Longest stroke outward from a corner, CSS pixels; shorter on small boxes. */
const SPUR = 5;
const SPUR_LINE = 1.5;

/** What the layer draws, in screen pixels: [x, y, w, h] per box and [x, y] per marker, by style. */
export interface DrawList {
  /** In the order they are painted. */
  readonly styles: readonly BoxStyle[];
  readonly boxes: readonly number[][];
  readonly markers: readonly number[][];
  readonly boxCount: number;
  readonly markerCount: number;
}

/** Sorts what is in view by style, into boxes and markers. Objects gathered in a density bin are left out. */
export function listVisible(
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
  density: Density,
  view: Viewport,
): DrawList {
  const boxes = boxStyles.map((): number[] => []);
  const markers = boxStyles.map((): number[] => []);
  let boxCount = 0;
  let markerCount = 0;
  scene.index.query(visibleRect(view, MARKER_SIDE), (object) => {
    if (shown[object] === HIDDEN || density.gathered[object] === 1) return;
    const at = object * 4;
    const w = scene.boxes[at + 2]! * view.scale;
    const h = scene.boxes[at + 3]! * view.scale;
    const x = scene.boxes[at]! * view.scale + view.originX;
    const y = scene.boxes[at + 1]! * view.scale + view.originY;
    const style = styleOf(scene, judgement, object);
    if (Math.max(w, h) >= TINY_SIDE) {
      boxes[style]!.push(x, y, w, h);
      boxCount += 1;
    } else if (shown[object] === FULL) {
      markers[style]!.push(x + w / 2, y + h / 2);
      markerCount += 1;
    }
  });
  return { styles: boxStyles, boxes, markers, boxCount, markerCount };
}

/**
 * Draws boxes and markers. Each box is one `strokeRect` or a few `fillRect`s: with a software rasteriser those are
 * several times faster than one long path, and dashes ten times slower.
 */
export function paintBoxes(
  ctx: CanvasRenderingContext2D,
  list: DrawList,
  pixelRatio: number,
): void {
  if (list.boxCount + list.markerCount > BY_CALLS)
    return paintOnPlane(ctx, list, pixelRatio, list.boxCount <= EDGED);
  const line = crispLine(pixelRatio);
  const toDevice = (value: number) => Math.round(value * pixelRatio) / pixelRatio;
  if (list.boxCount <= EDGED) {
    ctx.lineWidth = line.width + 2;
    ctx.strokeStyle = overPicture.edge;
    list.boxes.forEach((rects, style) => {
      if (list.styles[style]!.line === null) strokeRects(ctx, rects, line.snap);
    });
  }
  list.styles.forEach((style, at) => {
    paintStyle(ctx, style, list.boxes[at] ?? [], line);
    const marks = list.markers[at];
    if (!marks || marks.length === 0) return;
    const sprite = markerSprite(style, pixelRatio);
    for (let i = 0; i < marks.length; i += 2) {
      const x = toDevice(marks[i]! - MARKER_SIDE / 2);
      const y = toDevice(marks[i + 1]! - MARKER_SIDE / 2);
      ctx.drawImage(sprite, x, y, MARKER_SIDE, MARKER_SIDE);
    }
  });
}

function paintStyle(
  ctx: CanvasRenderingContext2D,
  style: BoxStyle,
  rects: readonly number[],
  line: CrispLine,
): void {
  if (rects.length === 0) return;
  ctx.strokeStyle = ctx.fillStyle = style.colour;
  ctx.lineWidth = line.width;
  if (style.line === null) strokeRects(ctx, rects, line.snap);
  else paintBroken(ctx, style, style.line, rects, line);
  if (style.spurs) paintSpurs(ctx, rects);
}

function strokeRects(
  ctx: CanvasRenderingContext2D,
  rects: readonly number[],
  snap: (value: number) => number,
): void {
  for (let i = 0; i < rects.length; i += 4) {
    const x = snap(rects[i]!);
    const y = snap(rects[i + 1]!);
    ctx.strokeRect(
      x,
      y,
      snap(rects[i]! + rects[i + 2]!) - x,
      snap(rects[i + 1]! + rects[i + 3]!) - y,
    );
  }
}

function paintBroken(
  ctx: CanvasRenderingContext2D,
  style: BoxStyle,
  parts: readonly (readonly [number, number])[],
  rects: readonly number[],
  { width: thick, snap }: CrispLine,
): void {
  const half = thick / 2;
  for (let i = 0; i < rects.length; i += 4) {
    const x = snap(rects[i]!);
    const y = snap(rects[i + 1]!);
    const w = snap(rects[i]! + rects[i + 2]!) - x;
    const h = snap(rects[i + 1]! + rects[i + 3]!) - y;
    if (Math.max(w, h) > SMALL_SIDE) {
      ctx.setLineDash(style.dash as number[]);
      ctx.strokeRect(x, y, w, h);
      ctx.setLineDash([]);
      continue;
    }
    for (const [from, to] of parts) {
      const across = (to - from) * w;
      const down = (to - from) * h;
      ctx.fillRect(x + from * w, y - half, across, thick);
      ctx.fillRect(x + from * w, y + h - half, across, thick);
      ctx.fillRect(x - half, y + from * h, thick, down);
      ctx.fillRect(x + w - half, y + from * h, thick, down);
    }
  }
}

function paintSpurs(ctx: CanvasRenderingContext2D, rects: readonly number[]): void {
  ctx.lineWidth = SPUR_LINE;
  for (let i = 0; i < rects.length; i += 4) {
    const left = rects[i]!;
    const top = rects[i + 1]!;
    const right = left + rects[i + 2]!;
    const bottom = top + rects[i + 3]!;
    const out = Math.min(SPUR, 0.15 * Math.max(right - left, bottom - top));
    ctx.beginPath();
    ctx.moveTo(left, top);
    ctx.lineTo(left - out, top - out);
    ctx.moveTo(right, top);
    ctx.lineTo(right + out, top - out);
    ctx.moveTo(right, bottom);
    ctx.lineTo(right + out, bottom + out);
    ctx.moveTo(left, bottom);
    ctx.lineTo(left - out, bottom + out);
    ctx.stroke();
  }
}
