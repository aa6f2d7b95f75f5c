import type { XywhPixels } from "../domain/records.ts";

/** How much of the surroundings a crop shows, in times the longer side of the object. */
const CONTEXT = 3;
/** A crop shows at least this many pixels of the original. */
const LEAST_SIDE = 48;

/** The square of the original that a crop shows. It may reach over the border of the picture. */
export interface CropWindow {
  /** Whole pixels of the original. */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** Screen pixels per pixel of the original: a whole number, or one over a whole number for large objects. */
  readonly factor: number;
}

/**
 * The window for an object: at least three times its longer side and 48 px, centred, magnified by the largest whole
 * factor that fits a tile of `tileSide` screen pixels, then widened until the tile is full (and a little over where
 * the factor does not divide it).
 */
export function cropWindow([x, y, w, h]: XywhPixels, tileSide: number): CropWindow {
  const wanted = Math.max(LEAST_SIDE, Math.ceil(CONTEXT * Math.max(w, h)));
  const factor =
    wanted <= tileSide ? Math.floor(tileSide / wanted) : 1 / Math.ceil(wanted / tileSide);
  const side = Math.ceil(tileSide / factor);
  return {
    x: Math.round(x + w / 2 - side / 2),
    y: Math.round(y + h / 2 - side / 2),
    side,
    factor,
  };
}

/** The part of a crop that lies inside the picture; null where there is none. */
export function clipToPicture(
  { x, y, side }: CropWindow,
  width: number,
  height: number,
): { readonly x: number; readonly y: number; readonly w: number; readonly h: number } | null {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const w = Math.min(width, x + side) - left;
  const h = Math.min(height, y + side) - top;
  return w > 0 && h > 0 ? { x: left, y: top, w, h } : null;
}

/** `x8`, or `1:3` where the crop is reduced. */
export function factorInWords(factor: number): string {
  return factor >= 1 ? `×${factor}` : `1:${Math.round(1 / factor)}`;
}
