import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, parse, resolve } from "node:path";
import type { FolderEntry, FolderListing } from "../../shared/api/system.ts";
import { AppError } from "../../shared/domain/app-error.ts";

/** A folder of 100,000 files is chosen, not read, in the page. */
const ENTRY_LIMIT = 5000;

type Place = FolderListing["places"][number];

/**
 * One folder for the in-page chooser: folders first, hidden ones left out. Without a path: the user's home.
 * Throws `folder/*` where it is no folder or may not be read.
 */
export async function listFolder(
  path: string | undefined,
  morePlaces: readonly Place[],
): Promise<FolderListing> {
  const folder = path === undefined || path === "" ? homedir() : path;
  if (!isAbsolute(folder)) {
    throw new AppError(
      "folder/not-absolute",
      `"${folder}" is not a full path. Give it from the root or drive on.`,
    );
  }
  const full = resolve(folder);
  const found = await readEntries(full);
  const parent = dirname(full);
  const home = { name: "Home", path: homedir() };
  const root = { name: parse(full).root, path: parse(full).root };
  return {
    path: full,
    parent: parent === full ? null : parent,
    entries: found,
    places: [home, ...morePlaces, ...drives(), root].filter(
      (place, at, all) =>
        existsSync(place.path) && all.findIndex((other) => other.path === place.path) === at,
    ),
  };
}

async function readEntries(folder: string): Promise<FolderEntry[]> {
  try {
    const entries: FolderEntry[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      const isFolder =
        entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(path)));
      entries.push({ name: entry.name, path, kind: isFolder ? "folder" : "file" });
    }
    const order = new Intl.Collator(undefined, { numeric: true });
    entries.sort((a, b) =>
      a.kind === b.kind ? order.compare(a.name, b.name) : a.kind === "folder" ? -1 : 1,
    );
    return entries.slice(0, ENTRY_LIMIT);
  } catch (error) {
    throw new AppError("folder/unreadable", `${folder} ${reason(error)} Choose another folder.`);
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "does not exist.";
  if (code === "ENOTDIR") return "is not a folder.";
  if (code === "EACCES" || code === "EPERM") return "may not be read by you.";
  return `could not be read (${error instanceof Error ? error.message : String(error)}).`;
}

function drives(): Place[] {
  if (process.platform === "win32") {
    return [..."CDEFGHIJ"].map((letter) => ({ name: `${letter}:`, path: `${letter}:\\` }));
  }
  return ["/media", "/mnt", "/Volumes", "/data"].map((path) => ({ name: path.slice(1), path }));
}
