import type { ByteSource } from "../json-reader.ts";
import { JsonReader } from "../json-reader.ts";
import { RecordPattern } from "./record-pattern.ts";
import { RecordScanner, type Field } from "./record-scanner.ts";
import { readStrictly } from "./strict-record.ts";

/** One kind of record: which fields to read and what to do with each record. */
export interface RecordReader {
  /** How messages call the array: `annotations`, or "" for a file that is one array. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly slotCount: number;
  /**
   * Called with `count` records in file order, the first of which has the number `firstIndex`. rows: [count, slots + 1]
   * their fields, the last place of a row means nothing; present: a bit for each slot that all of them give.
   */
  store(rows: Float64Array, count: number, present: number, firstIndex: number): void;
}

/** Where scanning stopped: at the next record, or (`ended`) after the array's closing bracket. */
export interface ScanEnd {
  readonly offset: number;
  readonly ended: boolean;
  /** The number of the next record. */
  readonly nextIndex: number;
}

/** How much of the file is in memory at a time; small enough to stay in the processor's cache. */
const WINDOW_BYTES = 1 << 20;

const COMMA = 0x2c;
const CLOSE_BRACKET = 0x5d;

/**
 * Scans records from `from`, where one begins (or the array ends), until one begins at or after `to`. Records that
 * the fast scanner does not understand are read as strict JSON, which tells what is wrong with them. The first record
 * has the number `firstIndex`.
 */
export function scanRecords(
  source: ByteSource,
  from: number,
  to: number,
  reader: RecordReader,
  firstIndex = 0,
): ScanEnd {
  return new ArrayScan(source, reader).run(from, to, firstIndex);
}

/** Scans parts of one array, one after the other, with one window; parts are as in `scanRecords`. */
export class ArrayScan {
  readonly #source: ByteSource;
  readonly #reader: RecordReader;
  readonly #scanner: RecordScanner;
  readonly #pattern: RecordPattern;
  /** The last byte is kept 0, which ends every value. */
  readonly #window: Uint8Array;
  /** Place in the file of the window's first byte, and bytes in the window. */
  #base = 0;
  #length = 0;
  #next = 0;

  constructor(source: ByteSource, reader: RecordReader) {
    this.#source = source;
    this.#reader = reader;
    this.#window = new Uint8Array(Math.min(WINDOW_BYTES, source.size) + 1);
    this.#scanner = new RecordScanner(reader.fields, reader.slotCount, this.#window);
    const flags = reader.fields
      .filter(({ kind }) => kind === "flag")
      .reduce((bits, { slot }) => bits | (1 << slot), 0);
    this.#pattern = new RecordPattern(this.#scanner.cursor, reader.slotCount + 1, flags);
  }

  run(from: number, to: number, firstIndex: number): ScanEnd {
    const { cursor } = this.#scanner;
    this.#next = firstIndex;
    this.#moveTo(from);
    if (this.#nextByte() === CLOSE_BRACKET) return this.#stop(true);
    for (;;) {
      this.#nextByte();
      if (this.#base + cursor.at >= to) return this.#stop(false);
      this.#records(to);
      const byte = this.#nextByte();
      if (byte === CLOSE_BRACKET) return this.#stop(true);
      if (byte !== COMMA) this.#refuse();
      cursor.at++;
    }
  }

  /** Reads one record, or as many as are alike, none that begins at or after `to`. */
  #records(to: number): void {
    const pattern = this.#pattern;
    const count = pattern.take(Math.min(to - this.#base, this.#length));
    if (count === 0) return this.#record();
    this.#reader.store(pattern.rows, count, pattern.present, this.#next);
    this.#next += count;
  }

  #record(): void {
    const scanner = this.#scanner;
    const { cursor, marks } = scanner;
    const start = this.#base + cursor.at;
    if (!scanner.scan()) {
      // Perhaps the record only goes on after the window.
      this.#moveTo(start);
      if (!scanner.scan()) this.#strictly(start);
    }
    this.#pattern.learn(start - this.#base, cursor.at, marks, scanner.present);
    this.#reader.store(scanner.values, 1, scanner.present, this.#next++);
  }

  #strictly(start: number): void {
    const where = `${this.#reader.name}[${this.#next}]`;
    const { fields } = this.#reader;
    this.#scanner.marks.areComplete = false;
    this.#moveTo(readStrictly(this.#source, start, where, fields, this.#scanner));
  }

  /** The next byte that is not white space; 0 at the end of the file. */
  #nextByte(): number {
    const { cursor } = this.#scanner;
    for (;;) {
      const byte = cursor.next();
      if (byte !== 0 || cursor.at < this.#length) return byte;
      this.#moveTo(this.#base + cursor.at);
      if (this.#length === 0) return 0;
    }
  }

  /** Puts the cursor at a place of the file, with a full window behind it. */
  #moveTo(offset: number): void {
    const kept = this.#base + this.#length - offset;
    const isInside = kept > 0 && offset >= this.#base;
    if (isInside) this.#window.copyWithin(0, offset - this.#base, this.#length);
    this.#length = isInside ? kept : 0;
    this.#base = offset;
    this.#scanner.cursor.at = 0;
    const room = this.#window.subarray(0, -1);
    while (this.#length < room.length) {
      const count = this.#source.read(room, this.#length, this.#base + this.#length);
      if (count === 0) break;
      this.#length += count;
    }
    this.#window[this.#length] = 0;
  }

  #stop(ended: boolean): ScanEnd {
    const offset = this.#base + this.#scanner.cursor.at + (ended ? 1 : 0);
    return { offset, ended, nextIndex: this.#next };
  }

  /** Something other than a comma or the end stands after a record. */
  #refuse(): never {
    const reader = new JsonReader(this.#source, this.#base + this.#scanner.cursor.at);
    reader.where = `${this.#reader.name}[${this.#next - 1}]`;
    return reader.unexpected(reader.peekOrStop(), '"," or "]"');
  }
}
