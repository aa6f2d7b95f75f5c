import type { Rect } from "../../../shared/geometry/spaces.ts";

/** Cells along the longer side of the ground. */
const CELLS = 128;
/** A box that would lie in more cells than this is kept in a list of its own. */
const OVERSIZE_CELLS = 64;

/** Finds the boxes in a rectangle while boxes come, go and move: a uniform grid. Boxes are known by their place. */
export interface MutableGrid {
  /** Enters the box that now stands at the place. */
  readonly add: (place: number) => void;
  /** Takes out the box that still stands at the place: call it before the box is changed. */
  readonly remove: (place: number) => void;
  /** Calls `visit` once for each box that touches `rect`, in no given order. */
  readonly query: (rect: Rect, visit: (place: number) => void) => void;
}

/**
 * boxes: returns [N,4] xywh, which may be another array later. ground: where most boxes lie; what reaches outside is
 * found too, only slower.
 */
export function createMutableGrid(boxes: () => Float64Array, ground: Rect): MutableGrid {
  const side = Math.max(ground.w, ground.h, 1e-6) / CELLS;
  const columns = Math.max(1, Math.ceil(ground.w / side));
  const rows = Math.max(1, Math.ceil(ground.h / side));
  const cells: (number[] | undefined)[] = new Array<undefined>(columns * rows);
  const oversize = new Set<number>();
  const column = (x: number) => clampCell(Math.floor((x - ground.x) / side), columns);
  const row = (y: number) => clampCell(Math.floor((y - ground.y) / side), rows);

  /** Returns false, having done nothing, for an oversize box. */
  function eachCell(place: number, use: (cell: number) => void): boolean {
    const at = boxes();
    const left = column(at[place * 4]!);
    const top = row(at[place * 4 + 1]!);
    const right = column(at[place * 4]! + at[place * 4 + 2]!);
    const bottom = row(at[place * 4 + 1]! + at[place * 4 + 3]!);
    if ((right - left + 1) * (bottom - top + 1) > OVERSIZE_CELLS) return false;
    for (let r = top; r <= bottom; r += 1)
      for (let c = left; c <= right; c += 1) use(r * columns + c);
    return true;
  }

  return {
    add(place) {
      const kept = eachCell(place, (cell) => (cells[cell] ??= []).push(place));
      if (!kept) oversize.add(place);
    },
    remove(place) {
      const kept = eachCell(place, (cell) => {
        const members = cells[cell];
        const at = members?.indexOf(place) ?? -1;
        if (!members || at < 0) return;
        members[at] = members.at(-1)!;
        members.pop();
      });
      if (!kept) oversize.delete(place);
    },
    query({ x, y, w, h }, visit) {
      const at = boxes();
      const touches = (place: number) =>
        at[place * 4]! <= x + w &&
        at[place * 4 + 1]! <= y + h &&
        at[place * 4]! + at[place * 4 + 2]! >= x &&
        at[place * 4 + 1]! + at[place * 4 + 3]! >= y;
      for (const place of oversize) if (touches(place)) visit(place);
      const left = column(x);
      const top = row(y);
      const right = column(x + w);
      const bottom = row(y + h);
      for (let r = top; r <= bottom; r += 1) {
        for (let c = left; c <= right; c += 1) {
          const members = cells[r * columns + c];
          if (!members) continue;
          for (const place of members) {
            // A box in several cells is told of in the first of them that is looked at.
            if (Math.max(left, column(at[place * 4]!)) !== c) continue;
            if (Math.max(top, row(at[place * 4 + 1]!)) !== r) continue;
            if (touches(place)) visit(place);
          }
        }
      }
    },
  };
}

function clampCell(cell: number, cells: number): number {
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}
