import { AppError } from "../../shared/domain/app-error.ts";

/** Bytes of a file, read in pieces. */
export interface ByteSource {
  /** Path as the user knows it, for messages. */
  readonly name: string;
  readonly size: number;
  /** Fills `target` from `offset` with bytes from `position` on; returns how many, 0 at the end. */
  read(target: Uint8Array, offset: number, position: number): number;
}

const WINDOW_BYTES = 4 << 20;
const LARGEST_RECORD_BYTES = 256 << 20;
const DEEPEST = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The bytes of JSON punctuation. */
export const json = {
  quote: QUOTE,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  colon: 0x3a,
  comma: 0x2c,
} as const;

/**
 * Walks over JSON text in a window of a few megabytes. It finds where values begin and end and leaves their
 * meaning to JSON.parse, so a file of any size is read with little memory.
 */
export class JsonReader {
  readonly #source: ByteSource;
  #window: Buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  /** Next byte to look at, and one past the last byte, both in the window. */
  #at = 0;
  #end = 0;
  /** Place of the window's first byte in the file. */
  #base: number;
  /** Window index of the first byte that must stay; null where nothing is kept. */
  #keepFrom: number | null = null;
  /** What is being read, for messages: `annotations[17]`. */
  where = "";

  constructor(source: ByteSource, from = 0) {
    this.#source = source;
    this.#base = from;
  }

  /** Place in the file. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** The next byte that is not white space, or null at the end of the file. */
  peek(): number | null {
    for (;;) {
      while (this.#at < this.#end) {
        const byte = this.#window[this.#at]!;
        if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
        this.#at += 1;
      }
      if (!this.#fill()) return null;
    }
  }

  /** As peek, but the end of the file is an error. */
  peekOrStop(): number {
    return this.peek() ?? this.#truncated();
  }

  /** Takes one byte of punctuation. */
  expect(byte: number): void {
    const met = this.peekOrStop();
    if (met !== byte) this.unexpected(met, `"${String.fromCharCode(byte)}"`);
    this.#at += 1;
  }

  /** Takes the byte if it is next. */
  accept(byte: number): boolean {
    if (this.peekOrStop() !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** A key of an object. */
  key(): string {
    const met = this.peekOrStop();
    if (met !== QUOTE) this.unexpected(met, "a key in quotes");
    const from = this.keep();
    this.skipValue();
    const bytes = this.kept(from, this.offset);
    this.release();
    try {
      return String(JSON.parse(bytes.toString("utf8")));
    } catch {
      return bytes.toString("utf8");
    }
  }

  /** From here on bytes stay in the window until `release`. Returns the place in the file. */
  keep(): number {
    this.peekOrStop();
    this.#keepFrom = this.#at;
    return this.offset;
  }

  release(): void {
    this.#keepFrom = null;
  }

  /** Kept bytes between two places of the file; a view that the next read may overwrite. */
  kept(from: number, to: number): Buffer {
    return this.#window.subarray(from - this.#base, to - this.#base);
  }

  /** Moves past one value of any kind. */
  skipValue(): void {
    const first = this.peekOrStop();
    if (first === QUOTE) this.#skipString();
    else if (first === json.openBrace || first === json.openBracket) this.#skipNested();
    else this.#skipScalar(first);
  }

  #skipNested(): void {
    let depth = 0;
    for (;;) {
      const window = this.#window;
      const end = this.#end;
      let at = this.#at;
      for (; at < end; at += 1) {
        const byte = window[at]!;
        if (byte === QUOTE) break;
        // Setting bit 5 turns [ into { and ] into }; JSON.parse tells them apart later.
        const folded = byte | 0x20;
        if (folded === json.openBrace) {
          depth += 1;
          if (depth > DEEPEST) this.#tooDeep();
        } else if (folded === json.closeBrace) {
          depth -= 1;
          if (depth === 0) {
            this.#at = at + 1;
            return;
          }
        }
      }
      this.#at = at;
      if (at < end) this.#skipString();
      else if (!this.#fill()) this.#truncated();
    }
  }

  #skipString(): void {
    this.#at += 1;
    for (;;) {
      const found = this.#window.indexOf(QUOTE, this.#at);
      if (found === -1 || found >= this.#end) {
        // Everything up to the end belongs to the string, but an escape may straddle it: step back onto it.
        const tail = this.#backslashesBefore(this.#end);
        this.#at = this.#end - (tail % 2);
        if (!this.#fill()) this.#truncated();
        continue;
      }
      const escaped = this.#backslashesBefore(found) % 2 === 1;
      this.#at = found + 1;
      if (!escaped) return;
    }
  }

  /** Length of the run of backslashes that ends before `index`, not reaching back over `#at`. */
  #backslashesBefore(index: number): number {
    let count = 0;
    while (index - 1 - count >= this.#at && this.#window[index - 1 - count] === BACKSLASH)
      count += 1;
    return count;
  }

  #skipScalar(first: number): void {
    // Letters, digits, signs: numbers, true, false, null, and the NaN or Infinity that some writers leave.
    const isPart = (byte: number) =>
      (byte >= 0x30 && byte <= 0x39) ||
      (byte >= 0x41 && byte <= 0x5a) ||
      (byte >= 0x61 && byte <= 0x7a) ||
      byte === 0x2b ||
      byte === 0x2d ||
      byte === 0x2e;
    if (!isPart(first)) this.unexpected(first, "a value");
    for (;;) {
      while (this.#at < this.#end) {
        if (!isPart(this.#window[this.#at]!)) return;
        this.#at += 1;
      }
      if (!this.#fill()) return;
    }
  }

  /** Reads on; keeps what must stay. Returns false at the end of the file. */
  #fill(): boolean {
    const keepFrom = this.#keepFrom ?? this.#at;
    const keptBytes = this.#end - keepFrom;
    if (keptBytes > this.#window.length / 2) this.#grow(keptBytes);
    if (keepFrom > 0) {
      this.#window.copyWithin(0, keepFrom, this.#end);
      this.#base += keepFrom;
      this.#at -= keepFrom;
      this.#end = keptBytes;
      if (this.#keepFrom !== null) this.#keepFrom = 0;
    }
    const count = this.#source.read(this.#window, this.#end, this.#base + this.#end);
    this.#end += count;
    if (this.#base === 0 && this.#at === 0 && count > 0) this.#skipByteOrderMark();
    return count > 0;
  }

  #skipByteOrderMark(): void {
    const [a, b, c] = this.#window;
    if (a === 0xef && b === 0xbb && c === 0xbf) this.#at = 3;
  }

  #grow(keptBytes: number): void {
    if (keptBytes > LARGEST_RECORD_BYTES) {
      throw new AppError(
        "file/record-too-large",
        `${this.#source.name}: ${this.where || "a value"} is longer than ${LARGEST_RECORD_BYTES >> 20} MB. Is this the right file?`,
      );
    }
    const larger = Buffer.allocUnsafe(this.#window.length * 2);
    this.#window.copy(larger, 0, 0, this.#end);
    this.#window = larger;
  }

  unexpected(met: number, wanted: string): never {
    const shown = met >= 0x20 && met < 0x7f ? `"${String.fromCharCode(met)}"` : `byte ${met}`;
    throw new AppError(
      "file/not-json",
      `${this.#source.name} is not valid JSON: ${this.#place()} has ${shown}, expected ${wanted}. Nothing was imported; repair the file and try again.`,
    );
  }

  #place(): string {
    return `byte ${this.offset}${this.where === "" ? "" : ` (${this.where})`}`;
  }

  #truncated(): never {
    throw new AppError(
      "file/truncated",
      `${this.#source.name} ends in the middle of ${this.where || "a value"} at byte ${this.#base + this.#end}. It looks cut off: copy or download it again. Nothing was imported.`,
    );
  }

  #tooDeep(): never {
    throw new AppError(
      "file/too-deep",
      `${this.#source.name}: ${this.#place()} is nested more than ${DEEPEST} levels deep. Is this the right file?`,
    );
  }
}
