import { screenRect, type ScreenPoint, type ScreenRect } from "../../../shared/geometry/spaces.ts";
import { handleAxes, handles, type Handle } from "./reshape.ts";

/** Side of a handle as it is drawn, CSS pixels. */
export const HANDLE_SIDE = 7;
/** Half of the side of the square in which it is grabbed. */
const GRAB = 6;
/** From this side on the handles lie on the box itself. */
const ROOMY = 48;
/** Up to this side they lie wholly outside of it. */
const SMALL = 24;
const OUTSIDE = 7;
/** The shortest side of the frame: three handles and room between them. */
const LEAST_FRAME = 32;

/**
 * The frame the handles lie on: the box, or for a small one a wider frame round it, so that there is something left
 * between the handles by which the box can be moved. box: CSS pixels.
 */
export function handleFrame(box: ScreenRect): ScreenRect {
  const w = frameSide(box.w);
  const h = frameSide(box.h);
  return screenRect(box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h);
}

function frameSide(side: number): number {
  if (side >= ROOMY) return side;
  const outside = OUTSIDE * Math.min(1, (ROOMY - side) / (ROOMY - SMALL));
  return Math.max(LEAST_FRAME, side + 2 * outside);
}

export function handlePlace(
  frame: ScreenRect,
  handle: Handle,
): { readonly x: number; readonly y: number } {
  const { x, y } = handleAxes(handle);
  return { x: frame.x + (frame.w * (x + 1)) / 2, y: frame.y + (frame.h * (y + 1)) / 2 };
}

/** The handle under a point, or null. */
export function handleAt(frame: ScreenRect, at: ScreenPoint): Handle | null {
  for (const handle of handles) {
    const place = handlePlace(frame, handle);
    if (Math.abs(at.x - place.x) <= GRAB && Math.abs(at.y - place.y) <= GRAB) return handle;
  }
  return null;
}

export function inFrame(frame: ScreenRect, at: ScreenPoint): boolean {
  return (
    at.x >= frame.x && at.y >= frame.y && at.x <= frame.x + frame.w && at.y <= frame.y + frame.h
  );
}

export function handleCursor(handle: Handle): string {
  switch (handle) {
    case "nw":
    case "se":
      return "nwse-resize";
    case "ne":
    case "sw":
      return "nesw-resize";
    case "n":
    case "s":
      return "ns-resize";
    case "e":
    case "w":
      return "ew-resize";
  }
}
