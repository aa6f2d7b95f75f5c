/** Detections of one image collected from its tiles, in pixels of the whole image. */
import type { Tile } from "./tile-grid.ts";

export interface TiledDetections {
  /** [n,4] x1, y1, x2, y2. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
  /** [n] index into `tiles`. */
  readonly tile: Int32Array;
  readonly tiles: readonly Tile[];
  readonly width: number;
  readonly height: number;
}

export interface MergedDetections {
  /** [m,4] x1, y1, x2, y2. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly classes: Int32Array;
  /** [m] 1 where a tile's border inside the image cut a box that went into this one. */
  readonly atSeam: Uint8Array;
}

const TOUCHES = 2; // px: detectors stop a little short of a border

/** [n] 1 where a box ends at a border of its tile that is not the image's. */
export function cutBoxes({ boxes, tile, tiles, width, height }: TiledDetections): Uint8Array {
  const cut = new Uint8Array(tile.length);
  for (let k = 0; k < tile.length; k++) {
    const { left, top, size } = tiles[tile[k]!]!;
    const at = k * 4;
    cut[k] =
      (left > 0 && boxes[at]! <= left + TOUCHES) ||
      (top > 0 && boxes[at + 1]! <= top + TOUCHES) ||
      (left + size < width && boxes[at + 2]! >= left + size - TOUCHES) ||
      (top + size < height && boxes[at + 3]! >= top + size - TOUCHES)
        ? 1
        : 0;
  }
  return cut;
}

/** Indices by descending score; equal scores keep their order. */
export function byScore(scores: Float32Array): Int32Array {
  const order = Int32Array.from(scores, (_, k) => k);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

const CELL = 48; // px: a few small objects
const MOST_CELLS = 1 << 20;

/** Buckets boxes by the cells of a grid so that only near ones are compared. */
export class BoxGrid {
  readonly #boxes: Float32Array;
  readonly #members: Int32Array;
  readonly #left: number;
  readonly #top: number;
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Entries of cell c: #entries[#starts[c]] up to #entries[#starts[c + 1]]; each a place in #members. */
  readonly #starts: Int32Array;
  readonly #entries: Int32Array;
  readonly #seen: Int32Array;
  #query = 0;

  /** boxes: [n,4] x1, y1, x2, y2. Members with a box that is not finite are left out. */
  constructor(boxes: Float32Array, all: readonly number[]) {
    this.#boxes = boxes;
    const members = all.filter((k) => boxes.subarray(k * 4, k * 4 + 4).every(Number.isFinite));
    this.#members = Int32Array.from(members);
    this.#seen = new Int32Array(members.length);
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const k of members) {
      left = Math.min(left, boxes[k * 4]!);
      top = Math.min(top, boxes[k * 4 + 1]!);
      right = Math.max(right, boxes[k * 4 + 2]!);
      bottom = Math.max(bottom, boxes[k * 4 + 3]!);
    }
    this.#left = left;
    this.#top = top;
    // Far-off boxes make the cells larger, not the grid.
    const area = Math.max(1, right - left) * Math.max(1, bottom - top);
    this.#cell = Math.max(
      CELL,
      Math.sqrt(area / MOST_CELLS),
      Math.max(right - left, bottom - top) / MOST_CELLS,
    );
    this.#columns = Math.floor((right - left) / this.#cell) + 1;
    this.#rows = Math.floor((bottom - top) / this.#cell) + 1;
    const counts = new Int32Array(this.#columns * this.#rows + 1);
    members.forEach((k) => this.#eachCell(k, (cell) => counts[cell + 1]!++));
    for (let c = 1; c < counts.length; c++) counts[c]! += counts[c - 1]!;
    this.#starts = counts.slice();
    this.#entries = new Int32Array(counts.at(-1)!);
    members.forEach((k, place) =>
      this.#eachCell(k, (cell) => {
        this.#entries[counts[cell]!++] = place;
      }),
    );
  }

  /** Calls `visit` once for every member that shares a cell with member k, itself included. */
  near(k: number, visit: (other: number) => void): void {
    this.#query += 1;
    const query = this.#query;
    this.#eachCell(k, (cell) => {
      for (let at = this.#starts[cell]!; at < this.#starts[cell + 1]!; at++) {
        const place = this.#entries[at]!;
        if (this.#seen[place] === query) continue;
        this.#seen[place] = query;
        visit(this.#members[place]!);
      }
    });
  }

  #eachCell(k: number, visit: (cell: number) => void): void {
    const at = k * 4;
    const x1 = Math.floor((this.#boxes[at]! - this.#left) / this.#cell);
    const y1 = Math.floor((this.#boxes[at + 1]! - this.#top) / this.#cell);
    const x2 = Math.floor((this.#boxes[at + 2]! - this.#left) / this.#cell);
    const y2 = Math.floor((this.#boxes[at + 3]! - this.#top) / this.#cell);
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) visit(y * this.#columns + x);
  }
}
