import { type Polygon, outlineOf } from "./polygons.ts";
import type { AnnotationEntry } from "./label-records.ts";

/** A rectangle, or one polygon of a mask; polygons of one mask share a group. */
export interface WrittenShape {
  /** null: the rectangle is the box. */
  readonly polygon: Polygon | null;
  readonly group: number | null;
}

/**
 * Shapes of an annotation where a format has rectangles and polygons: the outline where it fits the box, a polygon each,
 * else the box. `nextGroup` gives a number that no other group of the image has.
 */
export function shapesOf(
  annotation: AnnotationEntry,
  nextGroup: () => number,
): readonly WrittenShape[] {
  const outline = outlineOf(annotation.segmentation, annotation);
  if (outline === null) return [{ polygon: null, group: null }];
  const group = outline.length > 1 ? nextGroup() : null;
  return outline.map((polygon) => ({ polygon, group }));
}

/** A polygon as it was read, and the rest of its annotation. */
export interface ReadPolygon<Rest> {
  readonly label: string;
  readonly group: number | null;
  readonly polygon: Polygon;
  readonly rest: Rest;
}

/** Polygons by annotation, in order: those of one label and group belong together. */
export function joinPolygons<Rest>(
  polygons: readonly ReadPolygon<Rest>[],
): readonly { readonly first: ReadPolygon<Rest>; readonly polygons: readonly Polygon[] }[] {
  const joined: { first: ReadPolygon<Rest>; polygons: Polygon[] }[] = [];
  const byGroup = new Map<string, { polygons: Polygon[] }>();
  for (const one of polygons) {
    const key = one.group === null ? null : `${one.group} ${one.label}`;
    const known = key === null ? undefined : byGroup.get(key);
    if (known !== undefined) {
      known.polygons.push(one.polygon);
      continue;
    }
    const made = { first: one, polygons: [one.polygon] };
    joined.push(made);
    if (key !== null) byGroup.set(key, made);
  }
  return joined;
}
