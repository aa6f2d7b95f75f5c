/** Keeps what was used last, up to a bound in bytes; what was asked for just now is always kept. */
export class LruCache<Value extends { readonly bytes: number }> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes a value out, to make another of it; null where it is not held. */
  take(key: string): Value | null {
    const held = this.#entries.get(key);
    if (held === undefined) return null;
    this.#entries.delete(key);
    this.#bytes -= held.bytes;
    return held;
  }

  /** The value of a key, made where it is not held. */
  get(key: string, make: () => Value): Value {
    const held = this.#entries.get(key);
    const value = held ?? make();
    if (held) this.#entries.delete(key);
    else this.#bytes += value.bytes;
    this.#entries.set(key, value); // the newest stands last
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#limit || oldest === key) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
    return value;
  }
}
