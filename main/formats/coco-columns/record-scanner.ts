import { ByteCursor } from "./byte-cursor.ts";
import { NumberMarks } from "./number-marks.ts";

/**
 * What a field holds: a number, a box of four numbers, a flag (0, 1, true, false; null is as if it were missing), or
 * content of any kind, of which only matters whether there is some ([], {}, null are none).
 */
export type FieldKind = "number" | "box" | "flag" | "content";

export interface Field {
  readonly key: string;
  readonly kind: FieldKind;
  /** Where the value goes in `values`; a box takes four places. */
  readonly slot: number;
}

interface KnownKey {
  /** The key with its quotes. */
  readonly text: Uint8Array;
  /** Four bytes each of the text, as long as they last. */
  readonly words: Int32Array;
  /** null: a key that is passed over. */
  readonly field: Field | null;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;

const literal = (text: string): Uint8Array => new TextEncoder().encode(text);
const TRUE = literal("true");
const FALSE = literal("false");
const NULL = literal("null");

/**
 * Reads flat JSON records of one schema into a row of numbers, without making objects. Records of a file mostly have
 * their keys in the same order, so each key is first compared with the one that stood there last.
 */
export class RecordScanner {
  /** [slots + 1] the fields of the record read last, and a place for numbers of keys that are passed over. */
  readonly values: Float64Array;
  /** A bit for each slot that the record gave; a box sets its first. */
  present = 0;
  /** The numbers of the record read last. */
  readonly marks = new NumberMarks();
  readonly cursor: ByteCursor;
  readonly #fields: readonly Field[];
  readonly #known = new Map<string, KnownKey>();
  /** By place in the record. */
  readonly #expected: KnownKey[] = [];

  /** bytes: where records will be, ended by a byte 0. */
  constructor(fields: readonly Field[], slotCount: number, bytes: Uint8Array) {
    this.cursor = new ByteCursor(bytes);
    this.#fields = fields;
    this.values = new Float64Array(slotCount + 1);
  }

  /** Reads the record that comes next. False, with the cursor anywhere, where it must be read strictly. */
  scan(): boolean {
    const cursor = this.cursor;
    this.present = 0;
    this.marks.clear();
    if (!cursor.take(OPEN_BRACE)) return false;
    for (let place = 0; ; place++) {
      if (cursor.next() !== QUOTE) return false;
      let key: KnownKey | null | undefined = this.#expected[place];
      if (!key || !cursor.takeKey(key.text, key.words)) {
        key = this.#otherKey(place);
        if (!key || !cursor.take(COLON)) return false;
      }
      cursor.next();
      if (!(key.field === null ? this.#skip() : this.#value(key.field))) return false;
      const byte = cursor.next();
      cursor.at++;
      if (byte === CLOSE_BRACE) return true;
      if (byte !== COMMA) return false;
    }
  }

  #value({ kind, slot }: Field): boolean {
    if (kind === "number") return this.#number(slot);
    if (kind === "flag") return this.#flag(slot);
    if (kind === "content") return this.#content(slot);
    return this.#box(slot);
  }

  #number(slot: number): boolean {
    this.present |= 1 << slot;
    return this.#readNumber(slot);
  }

  #readNumber(slot: number): boolean {
    const { cursor } = this;
    const start = cursor.at;
    const value = cursor.number();
    this.values[slot] = value;
    this.marks.add(slot, start, cursor.at);
    return value - value === 0; // neither NaN nor infinite
  }

  /** The value of a key that is passed over. */
  #skip(): boolean {
    const { cursor } = this;
    const byte = cursor.bytes[cursor.at]!;
    const isNumber = byte === MINUS || (byte >= ZERO && byte <= ZERO + 9);
    return isNumber ? this.#readNumber(this.values.length - 1) : cursor.skipValue();
  }

  #box(slot: number): boolean {
    const cursor = this.cursor;
    if (!cursor.take(OPEN_BRACKET)) return false;
    for (let side = 0; side < 4; side++) {
      cursor.next();
      if (!this.#number(slot + side)) return false;
      if (!cursor.take(side === 3 ? CLOSE_BRACKET : COMMA)) return false;
    }
    return true;
  }

  #flag(slot: number): boolean {
    const cursor = this.cursor;
    if (cursor.takeBytes(NULL)) return true;
    const isTrue = cursor.takeBytes(TRUE);
    if (isTrue || cursor.takeBytes(FALSE)) {
      this.values[slot] = isTrue ? 1 : 0;
      this.present |= 1 << slot;
      this.marks.areComplete = false;
    } else if (!this.#number(slot)) return false;
    return this.values[slot] === 0 || this.values[slot] === 1;
  }

  #content(slot: number): boolean {
    const cursor = this.cursor;
    if (cursor.takeBytes(NULL)) return true;
    const from = cursor.at;
    if (!cursor.skipValue()) return false;
    if (cursor.at > from + 2) this.present |= 1 << slot;
    return true;
  }

  /** A key that did not stand at this place before; null where it is written with escapes or not ended. */
  #otherKey(place: number): KnownKey | null {
    const { cursor } = this;
    const from = cursor.at;
    if (!cursor.skipString()) return null;
    const text = cursor.bytes.slice(from, cursor.at);
    if (text.includes(BACKSLASH)) return null;
    const key = new TextDecoder().decode(text.subarray(1, -1));
    let known = this.#known.get(key);
    if (!known) {
      const field = this.#fields.find((candidate) => candidate.key === key) ?? null;
      known = { text, words: wordsOf(text), field };
      if (this.#known.size < 1000) this.#known.set(key, known);
    }
    if (place < 64) this.#expected[place] = known;
    return known;
  }
}

/** Four bytes each, little-endian; up to three at the end are left out. */
function wordsOf(text: Uint8Array): Int32Array {
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  return Int32Array.from({ length: text.length >> 2 }, (_, i) => view.getInt32(4 * i, true));
}
