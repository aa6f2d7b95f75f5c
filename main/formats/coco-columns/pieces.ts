/**
 * A results file read by two threads: one takes pieces from the front, the other from the back, until none is left.
 * A piece begins where `},{` stands in the file, which may by bad luck be inside a string. So each piece must end
 * exactly where the next begins; the front's chain of records then proves that every cut was between two records.
 */
import type { ByteSource } from "../json-reader.ts";
import {
  copyPredictions,
  predictionReader,
  predictionTable,
  type PredictionTable,
} from "./read-predictions.ts";
import { ArrayScan } from "./scan-array.ts";

/** What both threads see. */
export interface Pieces {
  /** [n] where each piece begins in the file. */
  readonly starts: Float64Array;
  /** [1] pieces taken so far, from both ends. */
  readonly taken: Int32Array;
}

/** What the thread at the back has read; its pieces stand in the table one after the other, the last one first. */
export interface BackPieces {
  readonly table: PredictionTable;
  /** [n] number of rows of each piece, -1 where the back did not read it. */
  readonly counts: Int32Array;
  /** [n] where its scan ended in the file. */
  readonly ends: Float64Array;
}

const PIECE_BYTES = 2 << 20;
const PROBE_BYTES = 1 << 16;

/** Cuts a list of records, the first of which is at `from`, into pieces of about 2 MB. */
export function cutIntoPieces(source: ByteSource, from: number): Pieces {
  const starts = [from];
  for (let near = from + PIECE_BYTES; near < source.size; near += PIECE_BYTES) {
    const start = nextRecord(source, near);
    if (start !== null && start > starts.at(-1)!) starts.push(start);
  }
  return {
    starts: Float64Array.from(starts),
    taken: new Int32Array(new SharedArrayBuffer(4)),
  };
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;

/** The place of the first `{` after `}` and a comma, with or without white space, from `near` on; null if far off. */
function nextRecord(source: ByteSource, near: number): number | null {
  const probe = new Uint8Array(PROBE_BYTES);
  const length = source.read(probe, 0, near);
  let before = 0;
  let beforeThat = 0;
  for (let at = 0; at < length; at++) {
    const byte = probe[at]!;
    if (byte <= 0x20) continue;
    if (byte === OPEN_BRACE && before === COMMA && beforeThat === CLOSE_BRACE) return near + at;
    beforeThat = before;
    before = byte;
  }
  return null;
}

/** True where this thread may take one more piece. */
function takeTicket({ starts, taken }: Pieces): boolean {
  return Atomics.add(taken, 0, 1) < starts.length;
}

/** Reads pieces from the back until all are taken. */
export function readFromBack(source: ByteSource, pieces: Pieces): BackPieces {
  const { starts } = pieces;
  const table = predictionTable(source.size - starts[0]!);
  const scan = new ArrayScan(source, predictionReader(table, source.name));
  const counts = new Int32Array(starts.length).fill(-1);
  const ends = new Float64Array(starts.length);
  let row = 0;
  for (let piece = starts.length - 1; takeTicket(pieces); piece--) {
    const end = scan.run(starts[piece]!, starts[piece + 1] ?? Infinity, row);
    counts[piece] = end.nextIndex - row;
    ends[piece] = end.offset;
    row = end.nextIndex;
  }
  return { table, counts, ends };
}

/** How far the thread at the front came. */
export interface FrontEnd {
  readonly offset: number;
  readonly ended: boolean;
  readonly nextIndex: number;
  /** The first piece that was not read here. */
  readonly nextPiece: number;
}

/**
 * Reads pieces from the front into `table` until all are taken, or a cut turns out not to be between records. After
 * each piece `onProgress` gets the share that both threads have taken.
 */
export function readFromFront(
  source: ByteSource,
  pieces: Pieces,
  table: PredictionTable,
  onProgress: (share: number) => void = () => undefined,
): FrontEnd {
  const { starts, taken } = pieces;
  const scan = new ArrayScan(source, predictionReader(table, source.name));
  let end = { offset: starts[0]!, ended: false, nextIndex: 0 };
  let piece = 0;
  while (!end.ended && end.offset === (starts[piece] ?? end.offset) && takeTicket(pieces)) {
    end = scan.run(end.offset, starts[piece + 1] ?? Infinity, end.nextIndex);
    piece++;
    onProgress(Math.min(1, Atomics.load(taken, 0) / starts.length));
  }
  return { ...end, nextPiece: piece };
}

/**
 * Puts what the back read behind what the front read. Returns the end of the whole list, or null where a piece does
 * not end at the next one's beginning; the rest must then be read from the front's end on.
 */
export function joinBack(
  { starts }: Pieces,
  front: FrontEnd,
  back: BackPieces,
  table: PredictionTable,
): { offset: number; count: number } | null {
  let { offset, nextIndex } = front;
  const firstRow = rowsOfPieces(back.counts);
  for (let piece = front.nextPiece; piece < starts.length; piece++) {
    const count = back.counts[piece]!;
    if (starts[piece] !== offset || count < 0) return null;
    copyPredictions(back.table, firstRow[piece]!, count, table, nextIndex);
    nextIndex += count;
    offset = back.ends[piece]!;
  }
  return { offset, count: nextIndex };
}

/** [n] first row of each piece in the back's table, where the last piece of the file comes first. */
function rowsOfPieces(counts: Int32Array): Int32Array {
  const first = new Int32Array(counts.length);
  let row = 0;
  for (let piece = counts.length - 1; piece >= 0; piece--) {
    first[piece] = row;
    row += Math.max(0, counts[piece]!);
  }
  return first;
}
