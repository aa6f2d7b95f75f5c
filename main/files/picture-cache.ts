import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Made pictures on disk, in a project's cache folder, under the hash of what they were made from. */
export class PictureCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The kept bytes, or those `make` makes, which are then kept. A cache that cannot be written is done without. */
  async keep(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const path = this.#pathOf(key);
    try {
      return await readFile(path);
    } catch {
      // Not made yet.
    }
    const bytes = await make();
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    } catch {
      // A full or read-only disk: the picture is made anew next time.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
    return bytes;
  }

  #pathOf(key: string): string {
    const hash = hashOf(key);
    return join(this.#folder, hash.slice(0, 2), hash.slice(2));
  }
}

export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 40);
}

/**
 * Deletes the files made longest ago until those left have at most `mostBytes`. Files that go or come meanwhile do
 * not matter.
 */
export async function prunePictures(folder: string, mostBytes: number): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files: { path: string; bytes: number; made: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found?.isFile()) files.push({ path, bytes: found.size, made: found.mtimeMs });
  }
  files.sort((a, b) => b.made - a.made);
  let kept = 0;
  for (const { path, bytes } of files) {
    kept += bytes;
    if (kept > mostBytes) await rm(path, { force: true });
  }
}
