/**
 * A mask moved by (dx, dy) pixels: COCO polygons, each a flat list x, y, x, y, ... of pixels.
 * Returns null for anything else: run-length masks cannot be moved by parts of a pixel.
 */
export function movedMask(segmentation: string, dx: number, dy: number): string | null {
  const polygons: unknown = JSON.parse(segmentation);
  if (!Array.isArray(polygons) || !polygons.every(isPolygon)) return null;
  return JSON.stringify(
    polygons.map((polygon) => polygon.map((value, at) => value + (at % 2 === 0 ? dx : dy))),
  );
}

function isPolygon(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => Number.isFinite(number));
}
