/**
 * Two coordinate spaces that must never be mixed: pixels of the original image, and CSS pixels of the view.
 * The viewport is the one door between them.
 */
declare const space: unique symbol;

interface In<Space extends string> {
  readonly [space]: Space;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** x, y: the top-left corner. */
export interface Rect extends Point {
  readonly w: number;
  readonly h: number;
}

export type ImagePoint = Point & In<"image">;
export type ScreenPoint = Point & In<"screen">;
export type ImageRect = Rect & In<"image">;
export type ScreenRect = Rect & In<"screen">;

export const imagePoint = (x: number, y: number) => ({ x, y }) as ImagePoint;
export const screenPoint = (x: number, y: number) => ({ x, y }) as ScreenPoint;
export const imageRect = (x: number, y: number, w: number, h: number) =>
  ({ x, y, w, h }) as ImageRect;
export const screenRect = (x: number, y: number, w: number, h: number) =>
  ({ x, y, w, h }) as ScreenRect;
