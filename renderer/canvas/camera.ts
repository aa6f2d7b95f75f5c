import {
  screenPoint,
  type ImagePoint,
  type Rect,
  type ScreenPoint,
} from "../../shared/geometry/spaces.ts";
import { TINY_SIDE } from "./scene/density.ts";
import {
  centredOn,
  fitted,
  held,
  panned,
  resized,
  showing,
  visibleRect,
  zoomed,
  type Size,
  type Viewport,
} from "./viewport.ts";

/** A box nearer to the border of the view than this is not well in view, CSS pixels. */
const BORDER = 24;

/** Which part of the picture is seen, and the ways to change that. Without a picture nothing moves. */
export interface Camera {
  readonly view: () => Viewport;
  /** Fits a picture of this size. */
  readonly setPicture: (size: Size | null) => void;
  /** The page has changed its size: what was fitted stays fitted. */
  readonly resize: (size: Size) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: ScreenPoint) => void;
  readonly centre: (point: ImagePoint) => void;
  readonly fit: () => void;
  /** One pixel of the picture is one CSS pixel. */
  readonly actualSize: () => void;
  /** Centres a box, in image pixels, and zooms in on it. */
  readonly show: (box: Rect) => void;
  /** Shows a box that is out of view or too small to be seen. */
  readonly reveal: (box: Rect) => void;
}

export function createCamera(size: () => Size, onMove: (view: Viewport) => void): Camera {
  let view: Viewport = { scale: 1, originX: 0, originY: 0, ...size() };
  let picture: Size | null = null;
  /** True until the user moves the view. */
  let fits = true;

  function moveTo(next: Viewport, fitting = false) {
    view = next;
    fits = fitting;
    onMove(view);
  }

  const camera: Camera = {
    view: () => view,
    setPicture(next) {
      picture = next;
      camera.fit();
    },
    resize(next) {
      if (!picture) view = { ...view, ...next };
      else moveTo(fits ? fitted(next, picture) : resized(view, picture, next), fits);
    },
    pan(dx, dy) {
      if (picture) moveTo(panned(view, picture, dx, dy));
    },
    zoom(factor, at) {
      if (picture) moveTo(zoomed(view, picture, factor, at));
    },
    centre(point) {
      if (picture) moveTo(held(centredOn(view, point, view.scale), picture));
    },
    fit() {
      if (picture) moveTo(fitted(size(), picture), true);
    },
    actualSize() {
      camera.zoom(1 / view.scale, middleOf(view));
    },
    show(box) {
      if (picture) moveTo(showing(size(), picture, box));
    },
    reveal(box) {
      const seen = visibleRect(view, -BORDER);
      const inside =
        box.x >= seen.x &&
        box.y >= seen.y &&
        box.x + box.w <= seen.x + seen.w &&
        box.y + box.h <= seen.y + seen.h;
      if (!inside || Math.max(box.w, box.h) * view.scale < TINY_SIDE) camera.show(box);
    },
  };
  return camera;
}

export function middleOf(view: Viewport): ScreenPoint {
  return screenPoint(view.width / 2, view.height / 2);
}
