import type { BoxNumbers } from "./box-checks.ts";

/** Points in turn: x, y, x, y, ... Pixels. */
export type Polygon = readonly number[];

/** COCO's polygons, or null where there is no mask or it is one of run lengths. */
export function polygonsOf(segmentation: string | null): readonly Polygon[] | null {
  if (segmentation === null || !segmentation.startsWith("[")) return null;
  const parsed: unknown = JSON.parse(segmentation);
  const isPolygon = (value: unknown) =>
    Array.isArray(value) &&
    value.length >= 6 &&
    value.length % 2 === 0 &&
    value.every((part) => typeof part === "number" && Number.isFinite(part));
  return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isPolygon)
    ? (parsed as readonly Polygon[])
    : null;
}

/** Beyond this no picture reaches, and areas would leave what numbers can hold. Pixels. */
const FARTHEST = 1e9;

export function isCoordinate(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= FARTHEST;
}

export function extentOf(polygons: readonly Polygon[]): BoxNumbers {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const polygon of polygons) {
    for (let at = 0; at < polygon.length; at += 2) {
      left = Math.min(left, polygon[at]!);
      right = Math.max(right, polygon[at]!);
      top = Math.min(top, polygon[at + 1]!);
      bottom = Math.max(bottom, polygon[at + 1]!);
    }
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** Square pixels, polygons added up, as if none overlapped. */
export function polygonArea(polygons: readonly Polygon[]): number {
  return polygons.reduce((sum, polygon) => sum + Math.abs(signedArea(polygon)), 0);
}

function signedArea(polygon: Polygon): number {
  let twice = 0;
  for (let at = 0; at < polygon.length; at += 2) {
    const next = (at + 2) % polygon.length;
    twice += polygon[at]! * polygon[next + 1]! - polygon[next]! * polygon[at + 1]!;
  }
  return twice / 2;
}

/** Pixels by which sums of float64 corners differ from the side they came from. */
const ROUNDING = 1e-9;

/** The polygons of a mask whose extent is the box, so that they can stand for it; else null. */
export function outlineOf(segmentation: string | null, box: BoxNumbers): readonly Polygon[] | null {
  const polygons = polygonsOf(segmentation);
  if (polygons === null) return null;
  const { x, y, w, h } = extentOf(polygons);
  const isNear = (a: number, b: number) => Math.abs(a - b) <= ROUNDING;
  const fits =
    isNear(x, box.x) &&
    isNear(y, box.y) &&
    isNear(x + w, box.x + box.w) &&
    isNear(y + h, box.y + box.h);
  return fits ? polygons : null;
}
