import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";
import type { ProblemLog } from "../formats/problem-log.ts";
import { isInside } from "./inside-root.ts";

export const imageExtensions = new Set([
  "jpg",
  "jpeg",
  "png",
  "webp",
  "tif",
  "tiff",
  "gif",
  "bmp",
  "avif",
]);

/** Folders that programs make beside the user's files. */
const leftOut = new Set(["__MACOSX", "node_modules", "@eaDir"]);
const DEEPEST = 32;
const MOST_FILES = 2_000_000;

export interface ScannedFolder {
  /** Relative to the scanned folder, forward slashes; "" for itself. */
  readonly path: string;
  /** Names, in the order of their UTF-16 units. */
  readonly files: readonly string[];
}

/**
 * Lists a folder and all below it, each folder once. Hidden entries and folders of programs are left out. Links are followed
 * inside the folder and refused where they lead out of it. Throws `folder/unreadable` for the folder itself.
 */
export function scanFolder(
  root: string,
  problems: ProblemLog,
  onFolder: () => void = () => undefined,
): readonly ScannedFolder[] {
  const realRoot = realFolder(root);
  const seen = new Set<string>([realRoot]);
  const folders: ScannedFolder[] = [];
  let fileCount = 0;

  const visit = (real: string, path: string, depth: number): void => {
    onFolder();
    const entries = readEntries(real, path, problems);
    if (entries === null) return;
    const files: string[] = [];
    const below: { real: string; path: string }[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith(".") || leftOut.has(entry.name)) continue;
      const entryPath = path === "" ? entry.name : `${path}/${entry.name}`;
      const kind = entry.isSymbolicLink()
        ? linkTarget(realRoot, join(real, entry.name), entryPath, problems)
        : { folder: entry.isDirectory() ? join(real, entry.name) : null, file: entry.isFile() };
      if (kind?.file) files.push(entry.name);
      else if (kind?.folder != null) below.push({ real: kind.folder, path: entryPath });
    }
    fileCount += files.length;
    if (fileCount > MOST_FILES) {
      throw new AppError(
        "folder/too-many-files",
        `${root} holds more than ${MOST_FILES} files. Open the folder of one dataset.`,
      );
    }
    folders.push({ path, files: files.sort() });
    if (depth === DEEPEST) return;
    for (const folder of below.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (seen.has(folder.real)) continue;
      seen.add(folder.real);
      visit(folder.real, folder.path, depth + 1);
    }
  };
  visit(realRoot, "", 0);
  return folders;
}

/** The folder without links. Throws `folder/missing`, `folder/not-a-folder`. */
export function realFolder(path: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new AppError("folder/missing", `There is no folder ${path}. Check the path.`);
  }
  if (!statSync(real).isDirectory()) {
    throw new AppError("folder/not-a-folder", `${path} is a file. Choose the folder it is in.`);
  }
  return real;
}

function readEntries(real: string, path: string, problems: ProblemLog): Dirent[] | null {
  try {
    return readdirSync(real, { withFileTypes: true });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    if (path === "") {
      throw new AppError(
        "folder/unreadable",
        `${real} could not be read (${reason}). Check that you may read it.`,
      );
    }
    problems.add({
      code: "folder/unreadable",
      severity: "warning",
      file: path,
      record: null,
      message: `The folder could not be read (${reason}).`,
      action: "skipped",
    });
    return null;
  }
}

function linkTarget(
  realRoot: string,
  link: string,
  path: string,
  problems: ProblemLog,
): { readonly folder: string | null; readonly file: boolean } | null {
  let target: string;
  try {
    target = realpathSync(link);
  } catch {
    problems.add({
      code: "file/broken-link",
      severity: "warning",
      file: path,
      record: null,
      message: "The link leads to nothing.",
      action: "skipped",
    });
    return null;
  }
  if (!isInside(realRoot, target)) {
    problems.add({
      code: "file/outside-root",
      severity: "warning",
      file: path,
      record: null,
      message:
        "The link leads out of the opened folder. Open the folder that holds the files, or copy them.",
      action: "refused",
    });
    return null;
  }
  const isFolder = statSync(target).isDirectory();
  return { folder: isFolder ? target : null, file: !isFolder };
}

/** In lower case, without the dot; "" where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** A file's name without folders and extension. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? name : name.slice(0, dot);
}

export function isImage(name: string): boolean {
  return imageExtensions.has(extensionOf(name));
}
