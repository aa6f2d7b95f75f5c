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
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Buckets boxes by the cells of a grid so that only near ones are compared. */
export class BoxGrid {
  readonly #cells = new Map<number, number[]>();
  readonly #boxes: Float32Array;
  readonly #seen: Int32Array;
  #query = 0;

  /** boxes: [n,4] x1, y1, x2, y2. */
  constructor(boxes: Float32Array, members: Iterable<number>) {
    this.#boxes = boxes;
    this.#seen = new Int32Array(boxes.length / 4).fill(-1);
    for (const k of members) {
      this.#eachCell(k, (key) => {
        const cell = this.#cells.get(key);
        if (cell) cell.push(k);
        else this.#cells.set(key, [k]);
      });
    }
  }

  /** Calls `visit` once for every member that shares a cell with box k, itself included. */
  near(k: number, visit: (other: number) => void): void {
    this.#query += 1;
    const query = this.#query;
    this.#eachCell(k, (key) => {
      for (const other of this.#cells.get(key) ?? []) {
        if (this.#seen[other] === query) continue;
        this.#seen[other] = query;
        visit(other);
      }
    });
  }

  #eachCell(k: number, visit: (key: number) => void): void {
    const cell = (value: number) => Math.floor(value / CELL) + OFFSET;
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map((c) => cell(this.#boxes[k * 4 + c]!)) as [
      number,
      number,
      number,
      number,
    ];
    for (let y = y1; y <= y2; y++) for (let x = x1; x <= x2; x++) visit(y * STRIDE + x);
  }
}

const CELL = 48; // px: a few small objects
const OFFSET = 1 << 12; // boxes may begin left of or above the image
const STRIDE = 1 << 20;
