import { countingSort } from "../group-rows.ts";
import type { EvaluationSet } from "../types.ts";

/** [N] and [P]: 1 for rows that lie at least half inside ignored regions. */
export interface Dropped {
  readonly truth: Uint8Array;
  readonly predictions: Uint8Array;
}

/** Rows top..bottom of pixels (1-based, both ends in) and the columns that regions cover there. */
interface Band {
  readonly top: number;
  readonly bottom: number;
  /** from, to, from, to, ...: disjoint, ascending, both ends in. */
  readonly spans: readonly number[];
}

interface Extent {
  readonly width: number;
  readonly height: number;
}

/**
 * Applies VisDrone's ignored regions (dropObjectsInIgr.m of the DET toolkit) to ground truth and predictions.
 *
 * A region covers the pixels x..x+w, y..y+h, counted from 1, both ends in, clipped to the picture; numbers below 1
 * are raised to 1. A box is rounded (half away from zero) and raised to at least 1; its covered area is counted over
 * the pixels x+1..x+w, y+1..y+h inside the picture and divided by the unclipped w*h. From a share of 0.5 it is
 * dropped. Instead of a mask of the whole picture the regions are kept as disjoint bands, which count the same pixels.
 * Where a picture's size is unknown nothing is clipped: the same as clipping at the largest extent seen in it.
 */
export function dropInRegions(set: EvaluationSet): Dropped {
  const dropped = {
    truth: new Uint8Array(set.truth.image.length),
    predictions: new Uint8Array(set.predictions.image.length),
  };
  const { regions } = set;
  if (regions === undefined || regions.image.length === 0) return dropped;
  const imageCount = set.imageIds.length;
  const byImage = countingSort(regions.image, imageCount, null);
  const bands = new Map<number, { readonly bands: readonly Band[]; readonly extent: Extent }>();
  for (let image = 0; image < imageCount; image++) {
    const rows = byImage.rows.subarray(byImage.start[image]!, byImage.start[image + 1]!);
    if (rows.length === 0) continue;
    const extent = extentOf(set, image);
    bands.set(image, { bands: bandsOf(regions.boxes, rows, extent), extent });
  }
  const mark = (into: Uint8Array, image: Int32Array, boxes: Float64Array) => {
    for (let row = 0; row < image.length; row++) {
      const of = bands.get(image[row]!);
      if (of !== undefined && coveredShare(boxes, row, of.bands, of.extent) >= 0.5) into[row] = 1;
    }
  };
  mark(dropped.truth, set.truth.image, set.truth.boxes);
  mark(dropped.predictions, set.predictions.image, set.predictions.boxes);
  return dropped;
}

function extentOf({ imageSizes }: EvaluationSet, image: number): Extent {
  const known = (pixels: number | undefined) =>
    pixels === undefined || pixels === 0 ? Number.MAX_SAFE_INTEGER : pixels;
  return { width: known(imageSizes?.[2 * image]), height: known(imageSizes?.[2 * image + 1]) };
}

function bandsOf(boxes: Float64Array, rows: Int32Array, extent: Extent): Band[] {
  const rects = Array.from(rows, (row) => {
    const [x, y, w, h] = wholePixels(boxes, row);
    return {
      left: x,
      right: Math.min(extent.width, x + w),
      top: y,
      bottom: Math.min(extent.height, y + h),
    };
  }).sort((a, b) => a.left - b.left);
  const edges = [...new Set(rects.flatMap(({ top, bottom }) => [top, bottom + 1]))];
  edges.sort((a, b) => a - b);
  const bands: Band[] = [];
  for (let i = 0; i + 1 < edges.length; i++) {
    const top = edges[i]!;
    const bottom = edges[i + 1]! - 1;
    const spans: number[] = [];
    for (const rect of rects) {
      if (rect.top > top || rect.bottom < bottom || rect.left > rect.right) continue;
      const last = spans.length - 1;
      if (last > 0 && rect.left <= spans[last]! + 1)
        spans[last] = Math.max(spans[last]!, rect.right);
      else spans.push(rect.left, rect.right);
    }
    if (spans.length > 0) bands.push({ top, bottom, spans });
  }
  return bands;
}

function coveredShare(
  boxes: Float64Array,
  row: number,
  bands: readonly Band[],
  extent: Extent,
): number {
  const [left, top, w, h] = wholePixels(boxes, row);
  const x = Math.min(extent.width, left);
  const y = Math.min(extent.height, top);
  const right = Math.min(extent.width, x + w);
  const bottom = Math.min(extent.height, y + h);
  let covered = 0;
  for (const band of bands) {
    const tall = Math.min(bottom, band.bottom) - Math.max(y + 1, band.top) + 1;
    if (tall <= 0) continue;
    for (let k = 0; k < band.spans.length; k += 2) {
      const wide = Math.min(right, band.spans[k + 1]!) - Math.max(x + 1, band.spans[k]!) + 1;
      if (wide > 0) covered += wide * tall;
    }
  }
  return covered / (w * h);
}

/** MATLAB's round and max(1, .): only negative halves round differently in JavaScript, and those become 1. */
function wholePixels(
  boxes: Float64Array,
  row: number,
): [x: number, y: number, w: number, h: number] {
  const whole = (k: number) => Math.max(1, Math.round(boxes[4 * row + k]!));
  return [whole(0), whole(1), whole(2), whole(3)];
}
