/** A table for ids this close together, a map for others. */
const WIDEST_TABLE = 1 << 22;

/** Ids of a user's file in ascending order, each once, and the way from an id to its index. */
export class IdIndex {
  /** Ascending. */
  readonly ids: Float64Array;
  /** By id less the lowest: index + 1, or 0; null where the ids are too far apart. */
  readonly #table: Int32Array | null;
  readonly #map = new Map<number, number>();

  constructor(ids: Iterable<number>) {
    this.ids = Float64Array.from(new Set(ids)).sort();
    const width = this.ids.length === 0 ? 0 : this.ids.at(-1)! - this.ids[0]! + 1;
    this.#table = width <= WIDEST_TABLE ? new Int32Array(width) : null;
    for (let index = 0; index < this.ids.length; index++) {
      if (this.#table) this.#table[this.ids[index]! - this.ids[0]!] = index + 1;
      else this.#map.set(this.ids[index]!, index);
    }
  }

  /** The index of `id`, or -1. */
  of(id: number): number {
    if (this.#table === null) return this.#map.get(id) ?? -1;
    const at = id - this.ids[0]!;
    return at >= 0 && at < this.#table.length ? this.#table[at]! - 1 : -1;
  }

  /** [count] the index of each of the first `count` ids, -1 for unknown ones. Runs of one id are looked up once. */
  ofAll(ids: Float64Array, count: number): Int32Array {
    const indices = new Int32Array(new SharedArrayBuffer(4 * count));
    let id = NaN;
    let index = -1;
    for (let row = 0; row < count; row++) {
      if (ids[row] !== id) {
        id = ids[row]!;
        index = this.of(id);
      }
      indices[row] = index;
    }
    return indices;
  }
}
