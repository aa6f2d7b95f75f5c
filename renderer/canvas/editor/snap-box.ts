import type { XywhPixels } from "../../../shared/domain/records.ts";
import { imageRect, type ImageRect } from "../../../shared/geometry/spaces.ts";
import type { Size } from "../viewport.ts";
import { LEAST_SIDE } from "./reshape.ts";
import { edgeProfile, nearestEdge, type GreyPatch } from "./snap-edge.ts";

/** Which edges of a box are to be snapped. */
export interface Edges {
  readonly left: boolean;
  readonly top: boolean;
  readonly right: boolean;
  readonly bottom: boolean;
}

/** Reads a part of the picture; x, y, w and h are whole pixels within it. */
export type ReadGrey = (part: ImageRect) => GreyPatch;

/** An edge is judged by so much of its middle: round objects have no edge at the corners of their boxes. */
const MIDDLE_SHARE = 0.6;
/** Longer edges are judged by so many pixels of their middle. */
const MOST_ALONG = 512;

/**
 * The box with the wanted edges on the strongest edges of the picture within `reach` image pixels of them, but no
 * further than half of the box: beyond that lie other objects.
 */
export function snapBox(
  box: XywhPixels,
  edges: Edges,
  reach: number,
  picture: Size,
  read: ReadGrey,
): XywhPixels {
  const rows = middleOf(box[1], box[3], picture.height);
  const columns = middleOf(box[0], box[2], picture.width);
  const reachX = Math.min(reach, box[2] / 2);
  const reachY = Math.min(reach, box[3] / 2);
  const snapX = (x: number) => {
    const { from, length } = bandRound(x, reachX, picture.width);
    if (length < 2 || rows.length < 1) return x;
    const profile = edgeProfile(read(imageRect(from, rows.from, length, rows.length)), "x");
    return from + (nearestEdge(profile, x - from, reachX) ?? x - from);
  };
  const snapY = (y: number) => {
    const { from, length } = bandRound(y, reachY, picture.height);
    if (length < 2 || columns.length < 1) return y;
    const profile = edgeProfile(read(imageRect(columns.from, from, columns.length, length)), "y");
    return from + (nearestEdge(profile, y - from, reachY) ?? y - from);
  };
  const across = snapEnds(box[0], box[2], edges.left, edges.right, snapX);
  const along = snapEnds(box[1], box[3], edges.top, edges.bottom, snapY);
  return [across.from, along.from, across.length, along.length];
}

interface Span {
  readonly from: number;
  readonly length: number;
}

function snapEnds(
  from: number,
  length: number,
  low: boolean,
  high: boolean,
  snap: (at: number) => number,
): Span {
  const start = low ? snap(from) : from;
  const end = high ? snap(from + length) : from + length;
  // Both ends went to the same edge: then neither is worth following.
  if (end - start < LEAST_SIDE) return { from, length };
  return { from: start, length: start === from && !high ? length : end - start };
}

/** Whole pixels of the middle of a side, those that exist. */
function middleOf(from: number, length: number, extent: number): Span {
  const share = Math.min(length * MIDDLE_SHARE, MOST_ALONG);
  const start = Math.max(0, Math.floor(from + (length - share) / 2));
  const end = Math.min(extent, Math.ceil(from + (length + share) / 2));
  return { from: start, length: end - start };
}

/** Whole pixels round a place: what may be snapped to and one step more on each side. */
function bandRound(at: number, reach: number, extent: number): Span {
  const start = Math.max(0, Math.floor(at - reach - 2));
  const end = Math.min(extent, Math.ceil(at + reach + 2));
  return { from: start, length: end - start };
}
