import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { flushFolder, notWritten, writeChunks } from "./atomic-write.ts";

const FLUSHED_AT_ONCE = 16;

/**
 * A folder of files that appears whole or not at all. Everything is written to a hidden folder beside it and flushed;
 * `commit` moves that to its place, or, where files are there already, each file over the one of its name. Throws
 * `file/not-written`.
 */
export class StagedFolder {
  readonly #target: string;
  readonly #stage: string;
  /** The first folder that had to be made for the target; null where all were there. */
  readonly #made: string | null;
  /** Relative paths; false where a file of the name that is there already stays. */
  readonly #files = new Map<string, boolean>();
  readonly #folders = new Set<string>();

  constructor(target: string) {
    this.#target = existsSync(target) ? realpathSync(target) : target;
    const parent = dirname(this.#target);
    try {
      this.#made = mkdirSync(parent, { recursive: true }) ?? null;
      this.#stage = makeStage(this.#target, parent);
    } catch (error) {
      throw notWritten(target, error);
    }
  }

  /** `path` is relative, with forward slashes. Replaces a file of this name. */
  write(path: string, chunks: Iterable<string>): void {
    try {
      const file = openSync(this.#place(path), "wx");
      try {
        writeChunks(file, chunks);
      } finally {
        closeSync(file);
      }
      this.#files.set(path, true);
    } catch (error) {
      throw notWritten(join(this.#target, path), error);
    }
  }

  /** Copies a file, unless one of this name is there. False where it is. */
  copy(path: string, source: string): boolean {
    if (existsSync(join(this.#target, path))) return false;
    try {
      copyFileSync(source, this.#place(path), constants.COPYFILE_FICLONE);
      this.#files.set(path, false);
      return true;
    } catch (error) {
      throw notWritten(join(this.#target, path), error);
    }
  }

  /** `onFile` is told before each file is flushed, and may throw to give up. */
  async commit(onFile: (done: number, total: number) => void): Promise<void> {
    try {
      await this.#flushFiles(onFile);
      for (const folder of this.#folders) flushFolder(folder);
      if (!this.#moveWhole()) this.#moveFiles();
      flushFolder(dirname(this.#target));
    } catch (error) {
      throw notWritten(this.#target, error);
    }
  }

  /** Takes away all that was written. */
  abandon(): void {
    rmSync(this.#stage, { recursive: true, force: true });
    if (this.#made === null) return;
    let folder = dirname(this.#target);
    try {
      for (; folder.length >= this.#made.length; folder = dirname(folder)) rmdirSync(folder);
    } catch {
      // Somebody put something there in the meantime.
    }
  }

  /** At the end and several at once: disks write what comes together in one go. */
  async #flushFiles(onFile: (done: number, total: number) => void): Promise<void> {
    const paths = [...this.#files.keys()];
    let next = 0;
    const flushNext = async () => {
      while (next < paths.length) {
        onFile(next, paths.length);
        await flushFile(join(this.#stage, paths[next++]!));
      }
    };
    // All have ended before the folder may be taken away.
    const ends = await Promise.allSettled(Array.from({ length: FLUSHED_AT_ONCE }, flushNext));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  #place(path: string): string {
    const place = join(this.#stage, path);
    const folder = dirname(place);
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      this.#folders.add(folder);
    }
    return place;
  }

  /** One rename, where nothing is there yet. */
  #moveWhole(): boolean {
    try {
      if (existsSync(this.#target)) rmdirSync(this.#target);
      renameSync(this.#stage, this.#target);
      return true;
    } catch {
      // Not empty, or the root of a disk.
      return false;
    }
  }

  #moveFiles(): void {
    const folders = new Set<string>();
    for (const [path, replaces] of this.#files) {
      const to = join(this.#target, path);
      mkdirSync(dirname(to), { recursive: true });
      folders.add(dirname(to));
      if (replaces || !existsSync(to)) renameSync(join(this.#stage, path), to);
    }
    for (const folder of folders) flushFolder(folder);
    rmSync(this.#stage, { recursive: true, force: true });
  }
}

/** Beside the target, or in it where it is a disk of its own or the folder above may not be written. */
function makeStage(target: string, parent: string): string {
  const name = `.${basename(target)}.${process.pid}.partial`;
  const exists = existsSync(target);
  const isDisk = exists && statSync(parent).dev !== statSync(target).dev;
  for (const folder of isDisk ? [target] : exists ? [parent, target] : [parent]) {
    removeLeftovers(folder, basename(target));
    try {
      const stage = join(folder, name);
      mkdirSync(stage);
      return stage;
    } catch (error) {
      if (folder === target || !exists) throw error;
    }
  }
  throw new Error("unreachable: the last folder either works or throws");
}

/** What a process that was killed left behind. */
function removeLeftovers(folder: string, base: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\.(.+)\.(\d+)\.partial$/.exec(name);
    if (pid?.[1] !== base || isAlive(Number(pid[2]))) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  // Our own: jobs run one after the other, so what is there is of one that failed badly.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function flushFile(path: string): Promise<void> {
  // Windows flushes only what is open for writing; a copied picture may be read-only.
  const file = await open(path, "r+").catch(() => open(path, "r"));
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
