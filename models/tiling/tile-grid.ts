/** How a large image is cut into tiles, as SODA-D's official split does it. */
import { tileStarts } from "../../shared/geometry/tile-starts.ts";

/** Pixels of the original image; right and bottom may lie beyond a small image, which is then padded. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/**
 * Tiles of `size` whose neighbours share `overlap` pixels. The walk goes by columns, then rows; the last tile of each
 * is moved back to end at the border. An image smaller than a tile gets one, padded on the right and below.
 */
export function tileGrid(width: number, height: number, size: number, overlap: number): Tile[] {
  if (!(overlap >= 0 && overlap < size))
    throw new RangeError(`a tile of ${size} px cannot share ${overlap} px with its neighbour`);
  const tops = tileStarts(height, size, overlap);
  return tileStarts(width, size, overlap).flatMap((left) =>
    tops.map((top) => ({ left, top, size })),
  );
}
