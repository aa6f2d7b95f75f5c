import type { ImageRecord, XywhPixels } from "../../../shared/domain/records.ts";

/** How much of its IoU a box keeps when it lies one pixel off, 0..1. */
export interface ShiftedIou {
  readonly x: number;
  readonly y: number;
  readonly diagonal: number;
}

/**
 * IoU of a box with itself moved by one pixel, exact: the overlap of w x h moved by dx, dy is (w - dx)(h - dy), the
 * union 2wh less that.
 */
export function iouAfterShift([, , w, h]: XywhPixels): ShiftedIou {
  const at = (dx: number, dy: number) => {
    const overlap = Math.max(0, w - dx) * Math.max(0, h - dy);
    const union = 2 * w * h - overlap;
    return union > 0 ? overlap / union : 0;
  };
  return { x: at(1, 0), y: at(0, 1), diagonal: at(1, 1) };
}

/** How a picture comes into a network: stretched to its input, fitted into it, or cut into tiles. */
export interface NetworkInput {
  readonly width: number;
  readonly height: number;
  readonly fit: "stretch" | "letterbox";
  /** Side of the tiles that the picture is cut into, pixels; null: whole pictures. */
  readonly tile: number | null;
}

/** Width and height of a box in pixels of the network's input. */
export function sizeAtInput(
  [, , w, h]: XywhPixels,
  image: Pick<ImageRecord, "width" | "height">,
  input: NetworkInput,
): readonly [number, number] {
  const x = input.width / (input.tile ?? image.width);
  const y = input.height / (input.tile ?? image.height);
  if (input.fit === "stretch") return [w * x, h * y];
  const scale = Math.min(x, y);
  return [w * scale, h * scale];
}

/** The box under work; `isNew`: it is drawn, and not the selected one. */
export interface BoxDraft {
  readonly box: XywhPixels;
  readonly isNew: boolean;
}
