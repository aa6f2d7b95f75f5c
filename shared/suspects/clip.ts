import type { XywhPixels } from "../domain/records.ts";

/** A side below it can hold no object. */
export const LEAST_SIDE_PIXELS = 1;

interface Size {
  /** Pixels; 0 where unknown. */
  readonly width: number;
  readonly height: number;
}

/** The part of a box inside the image; null where less than a pixel of a side remains. */
export function clipToImage([x, y, w, h]: XywhPixels, { width, height }: Size): XywhPixels | null {
  const [left, wide] = clipSide(x, w, width);
  const [top, tall] = clipSide(y, h, height);
  if (wide < LEAST_SIDE_PIXELS || tall < LEAST_SIDE_PIXELS) return null;
  return [left, top, wide, tall];
}

/** Numbers that need no cut stay as they are. limit: 0 for none. */
function clipSide(from: number, side: number, limit: number): [from: number, side: number] {
  if (limit === 0 || (from >= 0 && from + side <= limit)) return [from, side];
  const start = Math.max(0, from);
  return [start, Math.min(limit, from + side) - start];
}
