import {
  imagePoint,
  imageRect,
  screenPoint,
  screenRect,
  type ImagePoint,
  type ImageRect,
  type Rect,
  type ScreenPoint,
  type ScreenRect,
} from "../../shared/geometry/spaces.ts";

/** Screen pixels per image pixel at the deepest zoom. */
export const MAX_SCALE = 64;
/** Free border round the picture when it is fitted, CSS pixels. */
const FIT_MARGIN = 16;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which part of the picture is on screen: screen = image * scale + origin, all in CSS pixels. */
export interface Viewport {
  readonly scale: number;
  /** Where the picture's top-left corner lies on screen. */
  readonly originX: number;
  readonly originY: number;
  /** Of the view. */
  readonly width: number;
  readonly height: number;
}

export function toScreen(view: Viewport, { x, y }: ImagePoint): ScreenPoint {
  return screenPoint(x * view.scale + view.originX, y * view.scale + view.originY);
}

export function toImage(view: Viewport, { x, y }: ScreenPoint): ImagePoint {
  return imagePoint((x - view.originX) / view.scale, (y - view.originY) / view.scale);
}

export function rectToScreen(view: Viewport, { x, y, w, h }: ImageRect): ScreenRect {
  return screenRect(
    x * view.scale + view.originX,
    y * view.scale + view.originY,
    w * view.scale,
    h * view.scale,
  );
}

/** What the view shows, in image pixels; it may reach over the border of the picture. */
export function visibleRect(view: Viewport, margin = 0): ImageRect {
  return imageRect(
    (-margin - view.originX) / view.scale,
    (-margin - view.originY) / view.scale,
    (view.width + 2 * margin) / view.scale,
    (view.height + 2 * margin) / view.scale,
  );
}

/** The scale at which the whole picture is seen. */
export function fitScale(view: Size, picture: Size): number {
  const room = (side: number) => Math.max(1, side - 2 * FIT_MARGIN);
  const scale = Math.min(room(view.width) / picture.width, room(view.height) / picture.height);
  return Math.min(scale, MAX_SCALE);
}

export function fitted(view: Size, picture: Size): Viewport {
  const scale = fitScale(view, picture);
  return centredOn(view, imagePoint(picture.width / 2, picture.height / 2), scale);
}

export function centredOn(view: Size, point: ImagePoint, scale: number): Viewport {
  return {
    scale,
    originX: view.width / 2 - point.x * scale,
    originY: view.height / 2 - point.y * scale,
    width: view.width,
    height: view.height,
  };
}

/** Shows `rect` in the middle, with eight times its longer side in view, as a whole factor from 2x on. */
export function showing(view: Size, picture: Size, rect: Rect): Viewport {
  const around = 8 * Math.max(rect.w, rect.h, 4);
  const exact = Math.min(view.width, view.height) / around;
  const whole = exact >= 2 ? Math.floor(exact) : exact;
  const scale = Math.min(32, Math.max(whole, fitScale(view, picture)));
  const centre = imagePoint(rect.x + rect.w / 2, rect.y + rect.h / 2);
  return held(centredOn(view, centre, scale), picture);
}

export function panned(view: Viewport, picture: Size, dx: number, dy: number): Viewport {
  return held({ ...view, originX: view.originX + dx, originY: view.originY + dy }, picture);
}

/** Zooms by `factor`; the image point under `at` stays where it is, as far as the picture's border allows. */
export function zoomed(view: Viewport, picture: Size, factor: number, at: ScreenPoint): Viewport {
  const least = Math.min(fitScale(view, picture) / 2, 1);
  const scale = Math.min(MAX_SCALE, Math.max(least, view.scale * factor));
  const fixed = toImage(view, at);
  return held(
    { ...view, scale, originX: at.x - fixed.x * scale, originY: at.y - fixed.y * scale },
    picture,
  );
}

/** The same centre and scale after the view has changed its size. */
export function resized(view: Viewport, picture: Size, size: Size): Viewport {
  const centre = toImage(view, screenPoint(view.width / 2, view.height / 2));
  return held(centredOn(size, centre, view.scale), picture);
}

/** Keeps the middle of the view over the picture, so that it cannot be lost. */
export function held(view: Viewport, picture: Size): Viewport {
  const hold = (origin: number, room: number, extent: number) =>
    Math.min(room / 2, Math.max(room / 2 - extent, origin));
  return {
    ...view,
    originX: hold(view.originX, view.width, picture.width * view.scale),
    originY: hold(view.originY, view.height, picture.height * view.scale),
  };
}
