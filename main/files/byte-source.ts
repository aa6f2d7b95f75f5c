import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { AppError } from "../../shared/domain/app-error.ts";
import type { ByteSource } from "../formats/json-reader.ts";
import type { ProblemLog } from "../formats/problem-log.ts";
import { decodeText, utf16Encoding } from "../formats/text.ts";

const LARGEST_UTF16_BYTES = 256 << 20;

export interface OpenSource extends ByteSource {
  close(): void;
}

/**
 * Opens a file for reading in pieces; `name` is how messages call it. UTF-16 is turned into UTF-8 on the way in.
 * Throws `file/unreadable`.
 */
export function openSource(path: string, name: string, problems: ProblemLog): OpenSource {
  const fd = openForReading(path, name);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) {
      throw new AppError("file/unreadable", `${name} is not a file. Choose a file.`);
    }
    const mark = new Uint8Array(2);
    readSync(fd, mark, 0, 2, 0);
    if (utf16Encoding(mark) === null) return fileSource(fd, name, stat.size);
    if (stat.size > LARGEST_UTF16_BYTES) {
      throw new AppError(
        "file/utf-16-too-large",
        `${name} is UTF-16 and larger than ${LARGEST_UTF16_BYTES >> 20} MB. Save it as UTF-8 and try again.`,
      );
    }
    const bytes = Buffer.from(decodeText(readFileSync(path), name, problems), "utf8");
    closeSync(fd);
    return memorySource(bytes, name);
  } catch (error) {
    try {
      closeSync(fd);
    } catch {
      // It was closed before the error.
    }
    throw error;
  }
}

/** The whole text of a small file, decoded. Throws `file/unreadable`, `file/too-large`. */
export function readText(
  path: string,
  name: string,
  problems: ProblemLog,
  largest = 64 << 20,
): string {
  const fd = openForReading(path, name);
  try {
    const { size } = fstatSync(fd);
    if (size > largest) {
      throw new AppError(
        "file/too-large",
        `${name} has ${Math.round(size / (1 << 20))} MB; a file of this kind has at most ${largest >> 20} MB.`,
      );
    }
    return decodeText(readFileSync(fd), name, problems);
  } finally {
    closeSync(fd);
  }
}

function openForReading(path: string, name: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AppError(
      "file/unreadable",
      `${name} could not be read (${reason}). Check that it is there and that you may read it.`,
    );
  }
}

function fileSource(fd: number, name: string, size: number): OpenSource {
  return {
    name,
    size,
    read: (target, offset, position) =>
      readSync(fd, target, offset, target.length - offset, position),
    close: () => closeSync(fd),
  };
}

/** Bytes that are in memory already. */
export function memorySource(bytes: Uint8Array, name: string): OpenSource {
  return {
    name,
    size: bytes.length,
    read(target, offset, position) {
      const part = bytes.subarray(position, position + target.length - offset);
      target.set(part, offset);
      return part.length;
    },
    close: () => undefined,
  };
}
