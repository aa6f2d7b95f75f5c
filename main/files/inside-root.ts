import { realpathSync } from "node:fs";
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

function outside(path: string, root: string): AppError {
  return new AppError(
    "file/outside-root",
    `${path} leads out of ${root}. Only files inside the opened folder are read; copy it there.`,
  );
}
