/**
 * What an ONNX file says of itself, read without loading it: its top-level fields are walked and the graph is skipped.
 * Field numbers are those of ModelProto in onnx.proto.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { AppError } from "../../shared/domain/app-error.ts";

const IR_VERSION = 1;
const GRAPH = 7;
const METADATA = 14;
const MOST_METADATA = 1 << 20; // bytes of one entry
const MOST_FIELDS = 10_000;

export interface OnnxHeader {
  readonly irVersion: number;
  /** Key-value pairs that the exporter left, such as Ultralytics' `names`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Throws `onnx/unreadable` for a file that is cut off, has no graph, or is no ONNX model. */
export function readOnnxHeader(file: string): OnnxHeader {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    throw unreadable(file, `it cannot be opened (${(error as Error).message})`);
  }
  try {
    return walk(file, handle, fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}

function walk(file: string, handle: number, size: number): OnnxHeader {
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let hasGraph = false;
  let at = 0;
  for (let fields = 0; at < size; fields++) {
    if (fields > MOST_FIELDS) throw unreadable(file, "it has too many fields");
    const tag = readVarint(file, handle, at, size);
    const field = Math.floor(tag.value / 8);
    at = tag.next;
    switch (tag.value % 8) {
      case 0: {
        const value = readVarint(file, handle, at, size);
        if (field === IR_VERSION) irVersion = value.value;
        at = value.next;
        break;
      }
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      case 2: {
        const length = readVarint(file, handle, at, size);
        const end = length.next + length.value;
        if (end > size)
          throw unreadable(
            file,
            `a field of ${length.value} bytes at byte ${at} goes beyond the file's ${size} bytes`,
          );
        if (field === GRAPH) hasGraph = true;
        if (field === METADATA && length.value <= MOST_METADATA)
          addEntry(metadata, readBytes(handle, length.next, length.value));
        at = end;
        break;
      }
      default:
        throw unreadable(file, `byte ${at} is not part of an ONNX model`);
    }
  }
  if (at !== size || !hasGraph) throw unreadable(file, "it holds no graph or is cut off");
  return { irVersion, metadata };
}

function readBytes(handle: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(handle, bytes, 0, length, at);
  return bytes;
}

const VARINT_BYTES = 10;

function readVarint(file: string, handle: number, at: number, size: number) {
  const bytes = readBytes(handle, at, Math.min(VARINT_BYTES, size - at));
  const read = varint(bytes, 0);
  if (read === null) throw unreadable(file, `it is cut off or damaged at byte ${at}`);
  return { value: read.value, next: at + read.next };
}

function varint(bytes: Uint8Array, from: number): { value: number; next: number } | null {
  let value = 0;
  let scale = 1;
  for (let k = from; k < bytes.length && k < from + VARINT_BYTES; k++) {
    value += (bytes[k]! & 0x7f) * scale;
    if (bytes[k]! < 0x80) return { value, next: k + 1 };
    scale *= 128;
  }
  return null;
}

/** A StringStringEntryProto: key 1, value 2. */
function addEntry(metadata: Map<string, string>, bytes: Buffer): void {
  const parts: Record<number, string> = {};
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const length = tag && tag.value % 8 === 2 ? varint(bytes, tag.next) : null;
    if (!tag || !length || length.next + length.value > bytes.length) return;
    at = length.next + length.value;
    parts[Math.floor(tag.value / 8)] = bytes.toString("utf8", length.next, at);
  }
  if (parts[1] !== undefined && parts[2] !== undefined) metadata.set(parts[1], parts[2]);
}

function unreadable(file: string, why: string): AppError {
  return new AppError(
    "onnx/unreadable",
    `${file} is not a usable ONNX model: ${why}. Export or copy it again.`,
  );
}
