/**
 * Reads JSON values straight from bytes. A byte 0 must stand after the last byte: it ends every value, so nothing
 * here needs to look where the bytes end. Methods answer false, NaN or -1 where they meet anything unexpected; the
 * caller then reads the record again, strictly.
 */

import { divideLong } from "./long-decimal.ts";

const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Up to here every whole number is a double. */
const EXACT_MANTISSA = 2 ** 53;
/** So many decimal digits fit an integer of 32 bits. */
const INTEGER_DIGITS = 9;
/** Longer numbers go through their text. */
const MOST_DIGITS = 22;
/** Digits that a double holds whatever they are. */
const LEADING_DIGITS = 15;
/** Powers of ten that are doubles: 10^0 .. 10^22. */
export const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) =>
  Number(`1e${exponent}`),
);

export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The next byte to look at. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Moves past white space and returns the byte after it. */
  next(): number {
    const bytes = this.bytes;
    let at = this.at;
    let byte = bytes[at]!;
    // The first comparison settles nearly all bytes.
    while (byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09))
      byte = bytes[++at]!;
    this.at = at;
    return byte;
  }

  /** Takes `byte` if it comes next after white space. */
  take(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.at++;
    return true;
  }

  /** Takes `text` if it comes next. */
  takeBytes(text: Uint8Array): boolean {
    const bytes = this.bytes;
    const at = this.at;
    for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
    this.at = at + text.length;
    return true;
  }

  /**
   * Takes a key that comes next, with its colon right behind it. `words`: the four bytes each of `text`, as long as
   * they last.
   */
  takeKey(text: Uint8Array, words: Int32Array): boolean {
    const bytes = this.bytes;
    const at = this.at;
    const end = at + text.length;
    if (end >= bytes.length) return false;
    for (let i = 0; i < words.length; i++)
      if (this.view.getInt32(at + 4 * i, true) !== words[i]) return false;
    for (let i = 4 * words.length; i < text.length; i++)
      if (bytes[at + i] !== text[i]) return false;
    if (bytes[end] !== COLON) return false;
    this.at = end + 1;
    return true;
  }

  /**
   * A JSON number, exactly as Number(text) gives it; NaN where there is none. Most have few digits, which are put
   * together as an integer of 32 bits; others are read again by `#longerNumber`.
   */
  number(): number {
    const bytes = this.bytes;
    const negative = bytes[this.at] === MINUS;
    const firstDigit = negative ? this.at + 1 : this.at;
    let at = firstDigit;
    let mantissa = 0;
    let digit = bytes[at]! - ZERO;
    while (digit >>> 0 <= 9) {
      mantissa = (Math.imul(mantissa, 10) + digit) | 0;
      digit = bytes[++at]! - ZERO;
    }
    const point = at;
    if (bytes[at] === POINT) {
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
      (bytes[at]! | 0x20) !== LOWER_E;
    if (!isPlain) return this.#longerNumber();
    this.at = at;
    if (at === point) return negative ? 0 - mantissa : mantissa;
    const value = mantissa / powersOfTen[at - point - 1]!;
    return negative ? -value : value;
  }

  /**
   * Any JSON number. A whole number and a power of ten that are both doubles need one division, which rounds
   * correctly; see `divideLong` for longer ones.
   */
  #longerNumber(): number {
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const firstDigit = at;
    let mantissa = 0;
    let digit = bytes[at]! - ZERO;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = bytes[++at]! - ZERO;
    }
    // JSON wants a digit here, and no zero before another one.
    if (at === firstDigit || (bytes[firstDigit] === ZERO && at > firstDigit + 1)) return NaN;
    let decimals = 0;
    if (bytes[at] === POINT) {
      const point = at;
      digit = bytes[++at]! - ZERO;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = bytes[++at]! - ZERO;
      }
      decimals = at - point - 1;
      if (decimals === 0) return NaN;
    }
    if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) return this.#withExponent(start, at);
    this.at = at;
    if (decimals >= powersOfTen.length) return this.#fromText(start, at);
    if (mantissa >= EXACT_MANTISSA) return this.#long(start, at, decimals);
    if (decimals === 0) return negative ? 0 - mantissa : mantissa;
    const value = mantissa / powersOfTen[decimals]!;
    return negative ? -value : value;
  }

  /** The number at from..to-1, which has more digits than fit a double. */
  #long(from: number, to: number, decimals: number): number {
    let high = 0;
    let low = 0;
    let scale = 1;
    let digits = 0;
    for (let at = from; at < to; at++) {
      const digit = this.bytes[at]! - ZERO;
      if (digit < 0 || (digit === 0 && digits === 0)) continue; // the point, the sign, zeros in front
      if (++digits <= LEADING_DIGITS) high = high * 10 + digit;
      else {
        low = low * 10 + digit;
        scale *= 10;
      }
    }
    if (digits > MOST_DIGITS) return this.#fromText(from, to);
    const value = divideLong(high, scale, low, powersOfTen[decimals]!);
    if (Number.isNaN(value)) return this.#fromText(from, to);
    return this.bytes[from] === MINUS ? -value : value;
  }

  /** Moves past one value of any kind; false where its end is not found. */
  skipValue(): boolean {
    const first = this.next();
    if (first === QUOTE) return this.skipString();
    // Setting bit 5 turns [ into { and ] into }.
    if ((first | 0x20) === 0x7b) return this.#skipNested();
    return this.#skipScalar();
  }

  /** Moves past a string, which must come next. */
  skipString(): boolean {
    const bytes = this.bytes;
    let at = this.at + 1;
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[at]!) {
      if (byte === 0) return false;
      at += byte === BACKSLASH && bytes[at + 1] !== 0 ? 2 : 1;
    }
    this.at = at + 1;
    return true;
  }

  #skipNested(): boolean {
    const bytes = this.bytes;
    let depth = 0;
    for (;;) {
      const byte = bytes[this.at]!;
      if (byte === 0) return false;
      if (byte === QUOTE) {
        if (!this.skipString()) return false;
        continue;
      }
      this.at++;
      if ((byte | 0x20) === 0x7b) depth++;
      else if ((byte | 0x20) === 0x7d && --depth === 0) return true;
    }
  }

  /** Letters, digits, signs and points: numbers, true, false, null. */
  #skipScalar(): boolean {
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    for (let byte = bytes[at]!; isScalar(byte); byte = bytes[at]!) at++;
    this.at = at;
    return at > start;
  }

  #withExponent(start: number, e: number): number {
    const bytes = this.bytes;
    let at = e + 1;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
    const firstDigit = at;
    while (bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
    if (at === firstDigit) return NaN;
    this.at = at;
    return this.#fromText(start, at);
  }

  #fromText(from: number, to: number): number {
    let text = "";
    for (let at = from; at < to; at++) text += String.fromCharCode(this.bytes[at]!);
    return Number(text);
  }
}

function isScalar(byte: number): boolean {
  return (
    (byte >= ZERO && byte <= ZERO + 9) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === PLUS ||
    byte === MINUS ||
    byte === POINT
  );
}
