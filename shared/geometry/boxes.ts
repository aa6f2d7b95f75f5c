import type { XywhPixels } from "../domain/records.ts";
import { imagePoint, imageRect, type ImagePoint, type ImageRect } from "./spaces.ts";

export function boxCentre([x, y, w, h]: XywhPixels): ImagePoint {
  return imagePoint(x + w / 2, y + h / 2);
}

export function boxRect([x, y, w, h]: XywhPixels): ImageRect {
  return imageRect(x, y, w, h);
}

/** The side of the square of the same area, in pixels: how large an object is in one number. */
export function boxSide([, , w, h]: XywhPixels): number {
  return Math.sqrt(Math.max(0, w) * Math.max(0, h));
}

/** Overlap divided by union, 0..1; 0 where either box is empty. */
export function intersectionOverUnion(a: XywhPixels, b: XywhPixels): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const overlap = w * h;
  return overlap / (a[2] * a[3] + b[2] * b[3] - overlap);
}

/** `7.2 x 9.1 px`: one decimal below 100 px, none from there on. */
export function sizeInWords(w: number, h: number): string {
  const number = (value: number) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
  return `${number(w)} × ${number(h)} px`;
}
