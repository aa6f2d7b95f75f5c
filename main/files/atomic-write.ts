import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { AppError } from "../../shared/domain/app-error.ts";

/**
 * Writes a file whole or not at all: beside it first, then flushed to the disk, then renamed over it.
 * Throws `file/not-written`; what was there before is then untouched.
 */
export function writeAtomically(path: string, chunks: Iterable<string | Uint8Array>): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(beside, "w");
    try {
      for (const chunk of chunks) {
        if (typeof chunk === "string") writeSync(file, chunk);
        else writeSync(file, chunk);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new AppError(
      "file/not-written",
      `${path} could not be written (${(error as Error).message}). Free some space or choose another folder.`,
    );
  }
}
