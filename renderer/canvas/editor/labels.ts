import type { AnnotationFields, EditableAnnotation } from "../../../shared/domain/editing.ts";
import type { XywhPixels } from "../../../shared/domain/records.ts";
import type { Rect } from "../../../shared/geometry/spaces.ts";
import { createMutableGrid } from "../scene/mutable-grid.ts";
import type { LabelVerdict } from "./types.ts";

/** Bits of `LabelColumns.flags`. */
export const CROWD = 1;
export const IGNORE = 2;

/** Codes of `LabelColumns.verdict`. */
export const verdictCodes = { none: 0, hit: 1, miss: 2, ignored: 3 } as const;

/**
 * The labels of one image as columns. A label is known by its place in them for as long as it is there; the place of
 * a removed one is taken by a later one. The arrays grow, so that none may be kept over a change.
 */
export interface LabelColumns {
  /** [N,4] xywh image pixels. */
  boxes: Float64Array;
  ids: Float64Array;
  category: Int32Array;
  flags: Uint8Array;
  verdict: Uint8Array;
  /** 1 for those that are selected. */
  selected: Uint8Array;
  /** 1 for those that a gesture moves or resizes: they are drawn elsewhere. */
  lifted: Uint8Array;
}

export interface Labels {
  readonly columns: LabelColumns;
  readonly count: () => number;
  /** Places up to this one are or were in use. */
  readonly extent: () => number;
  readonly placeOf: (id: number) => number | undefined;
  readonly places: () => Iterable<number>;
  readonly fields: (place: number) => AnnotationFields;
  readonly box: (place: number) => XywhPixels;
  /** Adds or replaces; returns the place. */
  readonly put: (label: Omit<EditableAnnotation, "area" | "masked">) => number;
  readonly remove: (id: number) => void;
  readonly rename: (from: number, to: number) => void;
  /** Calls `visit` once for each label that touches `rect`, in no given order. */
  readonly query: (rect: Rect, visit: (place: number) => void) => void;
}

/** ground: where labels may lie, image pixels. */
export function createLabels(
  given: readonly EditableAnnotation[],
  verdictOf: (id: number) => LabelVerdict | null,
  ground: Rect,
): Labels {
  let capacity = Math.max(256, Math.ceil(given.length * 1.25));
  const columns = emptyColumns(capacity);
  const placeById = new Map<number, number>();
  const free: number[] = [];
  let extent = 0;
  const grid = createMutableGrid(() => columns.boxes, ground);

  function grow() {
    capacity *= 2;
    const larger = emptyColumns(capacity);
    larger.boxes.set(columns.boxes);
    larger.ids.set(columns.ids);
    larger.category.set(columns.category);
    for (const name of ["flags", "verdict", "selected", "lifted"] as const)
      larger[name].set(columns[name]);
    Object.assign(columns, larger);
  }

  function newPlace(id: number): number {
    const place = free.pop() ?? extent++;
    if (place >= capacity) grow();
    placeById.set(id, place);
    columns.ids[place] = id;
    columns.selected[place] = columns.lifted[place] = 0;
    columns.verdict[place] = verdictCodes[verdictOf(id) ?? "none"];
    return place;
  }

  const labels: Labels = {
    columns,
    count: () => placeById.size,
    extent: () => extent,
    placeOf: (id) => placeById.get(id),
    places: () => placeById.values(),
    fields(place) {
      const flags = columns.flags[place]!;
      return {
        categoryId: columns.category[place]!,
        box: labels.box(place),
        crowd: (flags & CROWD) !== 0,
        ignore: (flags & IGNORE) !== 0,
      };
    },
    box(place) {
      const { boxes } = columns;
      const at = place * 4;
      return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
    },
    put({ id, categoryId, box, crowd, ignore }) {
      let place = placeById.get(id);
      if (place === undefined) place = newPlace(id);
      else grid.remove(place);
      columns.boxes.set(box, place * 4);
      columns.category[place] = categoryId;
      columns.flags[place] = (crowd ? CROWD : 0) | (ignore ? IGNORE : 0);
      grid.add(place);
      return place;
    },
    remove(id) {
      const place = placeById.get(id);
      if (place === undefined) return;
      grid.remove(place);
      placeById.delete(id);
      free.push(place);
    },
    rename(from, to) {
      const place = placeById.get(from);
      if (place === undefined) return;
      placeById.delete(from);
      placeById.set(to, place);
      columns.ids[place] = to;
    },
    query: grid.query,
  };
  for (const label of given) labels.put(label);
  return labels;
}

function emptyColumns(capacity: number): LabelColumns {
  return {
    boxes: new Float64Array(capacity * 4),
    ids: new Float64Array(capacity),
    category: new Int32Array(capacity),
    flags: new Uint8Array(capacity),
    verdict: new Uint8Array(capacity),
    selected: new Uint8Array(capacity),
    lifted: new Uint8Array(capacity),
  };
}
