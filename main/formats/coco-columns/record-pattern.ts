import { powersOfTen, type ByteCursor } from "./byte-cursor.ts";
import type { NumberMarks } from "./number-marks.ts";

const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;

/** So many digits fit an integer of 32 bits. */
const INTEGER_DIGITS = 9;
/** Rows that stay in the processor's cache until they are stored. */
const MOST_ROWS = 256;
/** How often a pattern is learnt before an array is taken to have none. */
const MOST_TRIES = 16;

/**
 * Records of a file are mostly alike but for their numbers. A pattern holds the text between the numbers of one
 * record, and reads the records that follow in a single loop for as long as they have the same text: twice as fast as
 * key by key. Whatever differs is left to the record scanner.
 */
export class RecordPattern {
  /** [MOST_ROWS, width] the numbers of the records read last, by slot. */
  readonly rows: Float64Array;
  /** A bit for each slot that these records give. */
  present = 0;
  readonly #cursor: ByteCursor;
  readonly #width: number;
  /** A bit for each slot that must be 0 or 1. */
  readonly #flags: number;
  /** What stands before each number and after the last, one after the other; [n+2] where each begins. */
  #text = new Uint8Array(0);
  #textStart = new Int32Array(1);
  /** [n] */
  #slots = new Uint8Array(0);
  #isKnown = false;
  #tries = 0;
  #taken = 0;
  #missed = 0;
  /** Grows, so that the ends of the loop are known when it is compiled. */
  #room = 4;

  /** width: numbers in a row. */
  constructor(cursor: ByteCursor, width: number, flags: number) {
    this.#cursor = cursor;
    this.#width = width;
    this.#flags = flags;
    this.rows = new Float64Array(MOST_ROWS * width);
  }

  /** Learns from the record at from..to-1, unless a pattern is known or was never found. marks: its numbers. */
  learn(from: number, to: number, marks: NumberMarks, present: number): void {
    if (this.#isKnown || this.#tries === MOST_TRIES || !marks.areComplete) return;
    const { bytes } = this.#cursor;
    const count = marks.count;
    const parts = Array.from({ length: count + 1 }, (_, n) =>
      bytes.subarray(n === 0 ? from : marks.end[n - 1], n === count ? to : marks.start[n]),
    );
    this.#text = Uint8Array.from(parts.flatMap((part) => [...part]));
    this.#textStart = new Int32Array(count + 2);
    for (const [n, { length }] of parts.entries())
      this.#textStart[n + 1] = this.#textStart[n]! + length;
    this.#slots = marks.slot.slice(0, count);
    this.present = present;
    this.#isKnown = true;
    this.#tries++;
    this.#taken = 0;
    this.#missed = 0;
  }

  /**
   * Reads records from the cursor on, none that begins at or after `limit`, into `rows`. Returns how many; the cursor
   * then stands behind the last of them.
   */
  take(limit: number): number {
    if (!this.#isKnown) return 0;
    const count = this.#read(limit, this.#room);
    if (count === this.#room) this.#room = Math.min(2 * count, MOST_ROWS);
    this.#taken += count;
    if (count === 0 && ++this.#missed > this.#taken) this.#isKnown = false;
    return count;
  }

  /** One loop, without calls where numbers are short: it is compiled soon and once, and runs to the end of the file. */
  #read(limit: number, room: number): number {
    const cursor = this.#cursor;
    const bytes = cursor.bytes;
    const rows = this.rows;
    const width = this.#width;
    const flags = this.#flags;
    const text = this.#text;
    const textStart = this.#textStart;
    const slots = this.#slots;
    const numbers = slots.length;
    let count = 0;
    let end = cursor.at;
    let at = end;
    records: while (count < room && at < limit) {
      for (let n = 0; ; n++) {
        const textEnd = textStart[n + 1]!;
        for (let i = textStart[n]!; i < textEnd; i++) if (bytes[at++] !== text[i]) break records;
        if (n === numbers) break;
        const start = at;
        const sign = bytes[at] === MINUS ? 1 : 0;
        const firstDigit = at + sign;
        at = firstDigit;
        let mantissa = 0;
        let digit = bytes[at]! - ZERO;
        while (digit >>> 0 <= 9) {
          mantissa = (Math.imul(mantissa, 10) + digit) | 0;
          digit = bytes[++at]! - ZERO;
        }
        const point = at;
        if (digit === POINT - ZERO) {
          digit = bytes[++at]! - ZERO;
          while (digit >>> 0 <= 9) {
            mantissa = (Math.imul(mantissa, 10) + digit) | 0;
            digit = bytes[++at]! - ZERO;
          }
        }
        const isPlain =
          at - firstDigit <= INTEGER_DIGITS &&
          point > firstDigit &&
          (point === firstDigit + 1 || bytes[firstDigit] !== ZERO) &&
          at !== point + 1 &&
          ((digit + ZERO) | 0x20) !== LOWER_E;
        let value: number;
        if (isPlain) {
          // Not a branch for the rare sign: one that was never taken makes compiled code be thrown away.
          value =
            at === point
              ? Math.imul(mantissa, 1 - 2 * sign)
              : (mantissa / powersOfTen[at - point - 1]!) * (1 - 2 * sign);
        } else {
          cursor.at = start;
          value = cursor.number();
          at = cursor.at;
        }
        const slot = slots[n]!;
        // Neither NaN nor infinite; a flag is 0 or 1.
        if (value - value !== 0) break records;
        if ((flags >> slot) & 1 && value * (value - 1) !== 0) break records;
        rows[count * width + slot] = value;
      }
      count++;
      end = at;
      if (bytes[at] !== COMMA) break;
      let byte = bytes[++at]!;
      while (byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09))
        byte = bytes[++at]!;
    }
    cursor.at = end;
    return count;
  }
}
