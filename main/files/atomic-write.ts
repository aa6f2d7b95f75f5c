import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";

const BUFFER_BYTES = 1 << 18;

/**
 * Writes a file whole or not at all: beside it first, then flushed to the disk, then renamed over it. An AppError of the
 * chunks goes on as it is. Throws `file/not-written`; what was there before is then untouched.
 */
export function writeAtomically(path: string, chunks: Iterable<string | Uint8Array>): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(beside, "w");
    try {
      writeChunks(file, chunks);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
    flushFolder(dirname(path));
  } catch (error) {
    rmSync(beside, { force: true });
    throw notWritten(path, error);
  }
}

/** The same for a small file that is remembered for comfort: in a folder that is made, and not waiting for the disk. */
export function writeQuickly(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** An AppError as it is, any other as `file/not-written`. */
export function notWritten(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    "file/not-written",
    `${path} could not be written (${(error as Error).message}). Free some space or choose another folder.`,
  );
}

/** Many small chunks become few writes. */
export function writeChunks(file: number, chunks: Iterable<string | Uint8Array>): void {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    const all = Buffer.concat(waiting, bytes);
    for (let at = 0; at < all.length;) at += writeSync(file, all, at);
    waiting = [];
    bytes = 0;
  };
  for (const chunk of chunks) {
    const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    waiting.push(part);
    bytes += part.length;
    if (bytes >= BUFFER_BYTES) flush();
  }
  if (bytes > 0) flush();
}

/** Names in a folder outlive a power cut once it is flushed; Windows has no such call and needs none. */
export function flushFolder(folder: string): void {
  let file: number | null = null;
  try {
    file = openSync(folder, "r");
    fsyncSync(file);
  } catch {
    // Some file systems cannot, and keep names by themselves.
  } finally {
    if (file !== null) closeSync(file);
  }
}
