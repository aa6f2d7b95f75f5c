/**
 * The safetensors format: 8 bytes of header length, a JSON header (name -> dtype, shape, offsets), the data.
 * A file is checked as a whole before anything is allocated for its tensors.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { AppError } from "../../shared/domain/app-error.ts";

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 };

export type SafetensorsType = keyof typeof BYTES;

export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** Where its bytes begin and end, from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

/** Longer headers than any real model's are refused before they are read. */
const MAX_HEADER_BYTES = 32 * 2 ** 20;
const MAX_RANK = 8;

/** An open safetensors file. Close it, or use `using`. */
export class SafetensorsFile implements Disposable {
  readonly path: string;
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly #descriptor: number;
  readonly #dataStart: number;

  /** Opens and checks the file. Throws `weights/…` errors that name the file and the tensor. */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openFile(path);
    try {
      const fileBytes = fstatSync(this.#descriptor).size;
      const header = readHeader(path, this.#descriptor, fileBytes);
      this.#dataStart = 8 + header.length;
      this.entries = parseHeader(path, header, fileBytes - this.#dataStart);
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** The values of one tensor as float32; half-precision and double-precision values are converted. */
  read(name: string): Float32Array {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Error(`${this.path} has no tensor ${name}`);
    const bytes = Buffer.allocUnsafeSlow(entry.end - entry.begin);
    let done = 0;
    while (done < bytes.length) {
      const position = this.#dataStart + entry.begin + done;
      const count = readSync(this.#descriptor, bytes, done, bytes.length - done, position);
      if (count === 0)
        throw refusal(
          "truncated",
          this.path,
          `${name} ends before its last byte (the file shrank)`,
        );
      done += count;
    }
    return toFloat32(bytes, entry, this.path);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw refusal("unreadable", path, `cannot be opened (${(error as Error).message})`);
  }
}

function refusal(code: string, path: string, problem: string): AppError {
  return new AppError(
    `weights/${code}`,
    `${path}: ${problem}. The file is damaged or is not a safetensors file; fetch it again.`,
  );
}

function readHeader(path: string, descriptor: number, fileBytes: number): Buffer {
  if (fileBytes < 8)
    throw refusal("truncated", path, `has ${fileBytes} bytes, fewer than its 8-byte start`);
  const start = Buffer.alloc(8);
  readSync(descriptor, start, 0, 8, 0);
  const length = start.readBigUInt64LE();
  if (length > BigInt(fileBytes - 8))
    throw refusal(
      "truncated",
      path,
      `names a header of ${length} bytes but has only ${fileBytes - 8} after its start`,
    );
  if (length > BigInt(MAX_HEADER_BYTES))
    throw refusal(
      "header-too-long",
      path,
      `names a header of ${length} bytes, more than ${MAX_HEADER_BYTES}`,
    );
  const header = Buffer.alloc(Number(length));
  readSync(descriptor, header, 0, header.length, 8);
  return header;
}

function parseHeader(
  path: string,
  header: Buffer,
  dataBytes: number,
): Map<string, SafetensorsEntry> {
  let json: unknown;
  try {
    json = JSON.parse(header.toString("utf8"));
  } catch {
    throw refusal("header-invalid", path, "has a header that is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw refusal("header-invalid", path, "has a header that is not a JSON object");
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(json))
    if (name !== "__metadata__") entries.set(name, parseEntry(path, name, value, dataBytes));
  assertCovered(path, [...entries.values()], dataBytes);
  return entries;
}

function parseEntry(
  path: string,
  name: string,
  value: unknown,
  dataBytes: number,
): SafetensorsEntry {
  const shown = JSON.stringify(name.slice(0, 200));
  const refuse = (problem: string): AppError =>
    refusal("header-invalid", path, `tensor ${shown} ${problem}`);
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype))
    throw refuse(`has the unknown type ${JSON.stringify(dtype)?.slice(0, 40)}`);
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize))
    throw refuse("has a shape that is not a list of whole numbers");
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw refuse("has data_offsets that are not two whole numbers");
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes)
    throw refuse(`lies at bytes ${begin} to ${end}, but the data has ${dataBytes}`);
  const type = dtype as SafetensorsType;
  const sizes = shape as number[];
  const bytes = sizes.reduce((product, size) => product * size, 1) * BYTES[type];
  if (bytes !== end - begin)
    throw refuse(
      `of type ${type} and shape [${sizes.join()}] needs ${bytes} bytes but has ${end - begin}`,
    );
  return { name, dtype: type, shape: sizes, begin, end };
}

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Tensors must cover the data without overlaps and gaps. */
function assertCovered(path: string, entries: SafetensorsEntry[], dataBytes: number): void {
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    const shown = JSON.stringify(name.slice(0, 200));
    if (begin < position)
      throw refusal("overlap", path, `tensor ${shown} overlaps the one before it`);
    if (begin > position)
      throw refusal(
        "header-invalid",
        path,
        `bytes ${position} to ${begin} belong to no tensor (before ${shown})`,
      );
    position = end;
  }
  if (position !== dataBytes)
    throw refusal(
      "header-invalid",
      path,
      `the last ${dataBytes - position} bytes belong to no tensor`,
    );
}

function toFloat32(bytes: Buffer, entry: SafetensorsEntry, path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  switch (entry.dtype) {
    case "F32":
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case "F64":
      return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
    case "F16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), halfToFloat);
    case "BF16": {
      const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
      const words = Uint32Array.from(halves, (half) => half * 65536);
      return new Float32Array(words.buffer);
    }
    case "I64":
    case "I32":
    case "I16":
    case "I8":
    case "U8":
    case "BOOL":
      throw new AppError(
        "weights/wrong-type",
        `${path}: tensor "${entry.name}" is of type ${entry.dtype}; weights must be floating-point numbers.`,
      );
  }
}

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
