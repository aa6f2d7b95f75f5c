/** Cuts large pictures into tiles to train on, as SODA-D's official split does. */
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import { tileStarts } from "../../../shared/geometry/tile-starts.ts";

/** A box stays an object of a tile where more than this share of its area lies in it. */
const LEAST_SHARE = 0.4;
/** The walk over a picture ends so many pixels beyond its last box. */
const MARGIN = 5;

export interface CutPictures {
  readonly tiles: readonly TrainingPicture[];
  /** Tiles without an object, which are left out. */
  readonly empty: number;
  /** Boxes cut to 40 % or less: ignore regions of their tile. */
  readonly cut: number;
}

/**
 * Columns, then rows; the last tile of each is moved back to end where the walk does. A box goes, clipped, to every tile
 * it overlaps; with 40 % of its area or less in the tile it becomes a region there, where nothing counts as a mistake
 * (the official loader would take it for background). Tiles without an object are left out. `pause` is awaited after
 * each picture.
 */
export async function cutTiles(
  pictures: Iterable<TrainingPicture>,
  { size, overlap }: { readonly size: number; readonly overlap: number },
  pause: () => Promise<void>,
): Promise<CutPictures> {
  const tiles: TrainingPicture[] = [];
  const count = { empty: 0, cut: 0 };
  for (const picture of pictures) {
    const right = Math.min(picture.width, farthest(picture, 0) + MARGIN);
    const bottom = Math.min(picture.height, farthest(picture, 1) + MARGIN);
    for (const left of tileStarts(right, size, overlap)) {
      for (const top of tileStarts(bottom, size, overlap)) {
        const tile = tileOf(picture, left, top, size, count);
        if (tile) tiles.push(tile);
        else count.empty += 1;
      }
    }
    await pause();
  }
  return { tiles, ...count };
}

/** Where the last box or region ends along an axis (0: x, 1: y), in whole pixels. */
function farthest({ boxes, regions }: TrainingPicture, axis: 0 | 1): number {
  let most = 0;
  for (const rects of [boxes, regions])
    for (let k = axis; k < rects.length; k += 4)
      most = Math.max(most, Math.ceil(rects[k]! + rects[k + 2]!));
  return most;
}

/** null where it shows no object. */
function tileOf(
  { path, boxes, classes, regions, painted = none }: TrainingPicture,
  left: number,
  top: number,
  size: number,
  count: { cut: number },
): TrainingPicture | null {
  const kept: number[] = [];
  const labels: number[] = [];
  const areas: number[] = [];
  let cut = 0;
  for (let k = 0; k < classes.length; k++) {
    const part = clipped(boxes, k * 4, left, top, size);
    if (!part) continue;
    const share = (part[2] * part[3]) / (boxes[k * 4 + 2]! * boxes[k * 4 + 3]!);
    if (share > LEAST_SHARE) {
      kept.push(...part);
      labels.push(classes[k]!);
    } else {
      areas.push(...part);
      cut += 1;
    }
  }
  count.cut += cut;
  if (labels.length === 0) return null;
  return {
    path,
    tile: { left, top, size },
    width: size,
    height: size,
    boxes: Float64Array.from(kept),
    classes: Int32Array.from(labels),
    regions: joined(clippedAll(regions, left, top, size), areas),
    painted: joined(clippedAll(painted, left, top, size)),
  };
}

/** Most tiles have none of them. */
const none = new Float64Array(0);

function joined(...parts: readonly (readonly number[])[]): Float64Array {
  return parts.every(({ length }) => length === 0) ? none : Float64Array.from(parts.flat());
}

function clippedAll(rects: Float64Array, left: number, top: number, size: number): number[] {
  const out: number[] = [];
  for (let k = 0; k < rects.length; k += 4) out.push(...(clipped(rects, k, left, top, size) ?? []));
  return out;
}

/** The part of a box in a tile, in its pixels; null where there is none. */
function clipped(
  rects: Float64Array,
  at: number,
  left: number,
  top: number,
  size: number,
): [number, number, number, number] | null {
  const x1 = Math.max(0, rects[at]! - left);
  const y1 = Math.max(0, rects[at + 1]! - top);
  const x2 = Math.min(size, rects[at]! + rects[at + 2]! - left);
  const y2 = Math.min(size, rects[at + 1]! + rects[at + 3]! - top);
  return x2 > x1 && y2 > y1 ? [x1, y1, x2 - x1, y2 - y1] : null;
}
