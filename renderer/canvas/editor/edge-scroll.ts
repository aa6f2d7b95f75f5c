import type { ScreenPoint } from "../../../shared/geometry/spaces.ts";
import type { Size, Viewport } from "../viewport.ts";

/** A pointer nearer to the edge of the view than this, or beyond it, scrolls, CSS pixels. */
const ZONE = 14;
/** CSS pixels a frame, per pixel that the pointer is in the zone. */
const RATE = 0.5;
const FASTEST = 24;

/** How far a drag with the pointer at `at` scrolls in a frame: towards what of the picture is out of view, else 0. */
export function edgeScroll(
  at: ScreenPoint,
  view: Viewport,
  picture: Size,
): { readonly dx: number; readonly dy: number } {
  const along = (place: number, room: number, start: number, extent: number) => {
    const speed = (depth: number) => Math.min(FASTEST, depth * RATE);
    if (place < ZONE) return Math.min(speed(ZONE - place), Math.max(0, -start));
    if (place <= room - ZONE) return 0;
    const hidden = Math.max(0, start + extent - room);
    return -Math.min(speed(place - room + ZONE), hidden);
  };
  return {
    dx: along(at.x, view.width, view.originX, picture.width * view.scale),
    dy: along(at.y, view.height, view.originY, picture.height * view.scale),
  };
}
