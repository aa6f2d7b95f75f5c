import type { Rect } from "../../../shared/geometry/spaces.ts";

/** A box that would lie in more cells than this is kept in a list of its own. */
const OVERSIZE_CELLS = 64;
/** Boxes per cell aimed at. */
const PER_CELL = 4;
const MAX_CELLS = 1 << 16;

/** Finds the boxes in a rectangle without looking at all of them: a uniform grid over the picture. */
export interface GridIndex {
  /** Calls `visit` once for each box that touches `rect`, oversize ones first, else in no given order. */
  readonly query: (rect: Rect, visit: (index: number) => void) => void;
}

/** boxes: [N,4] xywh, in any one space. The index does not follow later changes of `boxes`. */
export function buildGridIndex(boxes: Float64Array): GridIndex {
  const count = boxes.length / 4;
  const bounds = boundsOf(boxes);
  const cells = Math.min(MAX_CELLS, Math.max(1, Math.ceil(count / PER_CELL)));
  const side = Math.max(
    Math.sqrt((bounds.w * bounds.h) / cells),
    bounds.w / 512,
    bounds.h / 512,
    1e-6,
  );
  const columns = Math.max(1, Math.ceil(bounds.w / side));
  const rows = Math.max(1, Math.ceil(bounds.h / side));
  const column = (x: number) => clampCell(Math.floor((x - bounds.x) / side), columns);
  const row = (y: number) => clampCell(Math.floor((y - bounds.y) / side), rows);

  const oversize: number[] = [];
  const start = new Int32Array(columns * rows + 1);
  const eachCell = (i: number, use: (cell: number) => void) => {
    const x = boxes[i * 4]!;
    const y = boxes[i * 4 + 1]!;
    const right = column(x + boxes[i * 4 + 2]!);
    const bottom = row(y + boxes[i * 4 + 3]!);
    const left = column(x);
    const top = row(y);
    if ((right - left + 1) * (bottom - top + 1) > OVERSIZE_CELLS) return false;
    for (let r = top; r <= bottom; r += 1)
      for (let c = left; c <= right; c += 1) use(r * columns + c);
    return true;
  };

  // Counting sort into one list: start[c]..start[c + 1] are the boxes of cell c.
  for (let i = 0; i < count; i += 1) {
    const kept = eachCell(i, (cell) => {
      start[cell + 1]! += 1;
    });
    if (!kept) oversize.push(i);
  }
  for (let cell = 0; cell < columns * rows; cell += 1) start[cell + 1]! += start[cell]!;
  const members = new Int32Array(start[columns * rows]!);
  const next = start.slice();
  for (let i = 0; i < count; i += 1) eachCell(i, (cell) => (members[next[cell]!++] = i));

  const seen = new Uint32Array(count);
  let turn = 0;
  return {
    query({ x, y, w, h }, visit) {
      turn += 1;
      const test = (i: number) => {
        if (seen[i] === turn) return;
        seen[i] = turn;
        const left = boxes[i * 4]!;
        const top = boxes[i * 4 + 1]!;
        if (left > x + w || top > y + h) return;
        if (left + boxes[i * 4 + 2]! < x || top + boxes[i * 4 + 3]! < y) return;
        visit(i);
      };
      oversize.forEach(test);
      const right = column(x + w);
      const bottom = row(y + h);
      for (let r = row(y); r <= bottom; r += 1) {
        for (let c = column(x); c <= right; c += 1) {
          const end = start[r * columns + c + 1]!;
          for (let k = start[r * columns + c]!; k < end; k += 1) test(members[k]!);
        }
      }
    },
  };
}

function clampCell(cell: number, cells: number): number {
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}

function boundsOf(boxes: Float64Array): Rect {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < boxes.length; i += 4) {
    left = Math.min(left, boxes[i]!);
    top = Math.min(top, boxes[i + 1]!);
    right = Math.max(right, boxes[i]! + boxes[i + 2]!);
    bottom = Math.max(bottom, boxes[i + 1]! + boxes[i + 3]!);
  }
  return boxes.length === 0
    ? { x: 0, y: 0, w: 0, h: 0 }
    : { x: left, y: top, w: right - left, h: bottom - top };
}
