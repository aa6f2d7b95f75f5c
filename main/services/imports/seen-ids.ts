const LARGEST_IN_BITMAP = 2 ** 28;
const MOST_OTHERS = 5_000_000;

/** Tells which ids came before. One bit an id for the usual small ones, so that millions cost little. */
export class SeenIds {
  #bits = new Uint8Array(1 << 12);
  readonly #others = new Set<number>();

  /** Remembers the id; true where it was there before. */
  repeats(id: number): boolean {
    if (id < 0 || id >= LARGEST_IN_BITMAP) return this.#repeatsOther(id);
    const byte = id >>> 3;
    if (byte >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(byte + 1, this.#bits.length * 2));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    const bit = 1 << (id & 7);
    const seen = (this.#bits[byte]! & bit) !== 0;
    this.#bits[byte]! |= bit;
    return seen;
  }

  #repeatsOther(id: number): boolean {
    if (this.#others.has(id)) return true;
    if (this.#others.size < MOST_OTHERS) this.#others.add(id);
    return false;
  }
}
