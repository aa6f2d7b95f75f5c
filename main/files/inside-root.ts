import { lstatSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { AppError } from "../../shared/domain/app-error.ts";

/** A path in a label file in forward slashes and without `.` parts; null where it leaves its folder or is absolute. */
export function safeRelativePath(path: string): string | null {
  if (path.includes("\0")) return null;
  const slashed = path.replaceAll("\\", "/");
  if (slashed.startsWith("/") || /^[a-z]:/i.test(slashed)) return null;
  const normal = posix.normalize(slashed);
  if (normal === ".." || normal.startsWith("../") || normal === ".") return null;
  return normal;
}

/** True where `path` is `root` or lies in it; both absolute and free of links. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!isAbsolute(way) && way !== ".." && !way.startsWith(`..${sep}`));
}

/**
 * The real place of a file of a dataset, links resolved. Throws `file/outside-root` where it lies elsewhere,
 * `file/missing` where it is not there.
 */
export function resolveInside(root: string, relativePath: string): string {
  const safe = safeRelativePath(relativePath);
  if (safe === null) throw outside(relativePath, root);
  let real: string;
  let realRoot: string;
  try {
    realRoot = realpathSync(root);
    real = realpathSync(join(realRoot, safe));
  } catch {
    throw new AppError(
      "file/missing",
      `${relativePath} is not in ${root}. If the folder moved, point the dataset at its new place.`,
    );
  }
  if (!isInside(realRoot, real)) throw outside(relativePath, root);
  return real;
}

/**
 * The same for many files of one root, each folder looked at once: null instead of an error. The files are not looked
 * into.
 */
export function placesInside(root: string): (relativePath: string) => string | null {
  const folders = new Map<string, string | null>();
  const orNull = (resolve: () => string): string | null => {
    try {
      return resolve();
    } catch {
      return null;
    }
  };
  return (relativePath) => {
    const safe = safeRelativePath(relativePath);
    if (safe === null) return null;
    const folder = posix.dirname(safe);
    let real = folders.get(folder);
    if (real === undefined) {
      real = orNull(() => (folder === "." ? realpathSync(root) : resolveInside(root, folder)));
      folders.set(folder, real);
    }
    if (real === null) return null;
    const place = join(real, posix.basename(safe));
    const state = lstatSync(place, { throwIfNoEntry: false });
    if (!state) return null;
    return state.isSymbolicLink() ? orNull(() => resolveInside(root, relativePath)) : place;
  };
}

function outside(path: string, root: string): AppError {
  return new AppError(
    "file/outside-root",
    `${path} leads out of ${root}. Only files inside the opened folder are read; copy it there.`,
  );
}
