import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { isInside } from "../../files/inside-root.ts";

/** Where an export goes: a folder, or one file where the format has one and the path names it. */
export interface ExportTarget {
  /** Absolute. */
  readonly path: string;
  /** Of a file: the path names it itself. */
  readonly isFile: boolean;
}

/** A place that labels of a dataset came from: a file or a folder. */
export interface LabelPlace {
  /** Of the dataset. */
  readonly name: string;
  readonly path: string;
}

export interface TargetState {
  /** Files of the export that are there, relative paths. */
  readonly occupied: readonly string[];
  /** Those of them that are labels a dataset was imported from. */
  readonly originals: readonly string[];
  /** Whether anything at all lies there. */
  readonly isEmpty: boolean;
}

/** `single`: the name of the format's one file, whose extension a path must have to name a file. Throws `export/*`. */
export function exportTarget(path: string, single: string | null): ExportTarget {
  if (!isAbsolute(path)) {
    throw new AppError(
      "export/not-absolute",
      `"${path}" is not a full path. Give it from the root or drive on.`,
    );
  }
  const full = resolve(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  const isNamed = single !== null && extname(full).toLowerCase() === extname(single);
  if (isNamed && !stat?.isDirectory()) return { path: full, isFile: true };
  if (stat !== undefined && !stat.isDirectory()) {
    throw new AppError(
      "export/is-file",
      `${full} is a file. Choose a folder, or a name for a new one.`,
    );
  }
  return { path: full, isFile: false };
}

/** What lies where the export would go. `files`: relative paths. */
export function targetState(
  { path, isFile }: ExportTarget,
  files: Iterable<string>,
  places: readonly LabelPlace[],
): TargetState {
  if (!existsSync(path)) return { occupied: [], originals: [], isEmpty: true };
  const roots = places.flatMap((place) => realOrNull(place.path) ?? []);
  if (isFile) {
    const occupied = [path];
    return {
      occupied,
      originals: occupied.filter((file) => isOriginal(file, roots)),
      isEmpty: false,
    };
  }
  const occupied: string[] = [];
  for (const file of files) if (existsSync(join(path, file))) occupied.push(file);
  return {
    occupied,
    originals: occupied.filter((file) => isOriginal(join(path, file), roots)),
    isEmpty: readdirSync(path).length === 0,
  };
}

/** Throws `export/occupied` or `export/own-labels` where files may not be written. */
export function refuseOccupied(
  target: ExportTarget,
  { occupied, originals, isEmpty }: TargetState,
  places: readonly LabelPlace[],
  overwrite: boolean,
): void {
  const { path, isFile } = target;
  if (isEmpty) return;
  if (!overwrite) {
    throw new AppError(
      "export/occupied",
      isFile
        ? `${path} is there already. Choose another name, or allow it to be replaced.`
        : `${path} is not empty${occupied.length === 0 ? "" : `; ${occupied.length} of its files would be replaced, as ${occupied[0]!}`}. Choose an empty or new folder, or allow files to be replaced.`,
    );
  }
  const [first] = originals;
  if (first === undefined || isFile) return;
  const real = realpathSync(path);
  const owner = places.find((place) => {
    const root = realOrNull(place.path);
    return root !== null && isOriginal(join(path, first), [root]);
  });
  const labels = owner === undefined ? null : realOrNull(owner.path);
  // The folder of the labels itself, or the one they lie in, was named: that is what is wanted.
  if (labels !== null && (real === labels || real === dirname(labels))) return;
  throw new AppError(
    "export/own-labels",
    `${path} holds ${originals.length === 1 ? "a file" : `${originals.length} files`} that "${owner?.name ?? "a dataset"}" was imported from, as ${first}. Choose another folder${labels === null ? "" : `; to replace them, name ${dirname(labels)}`}.`,
  );
}

function isOriginal(file: string, roots: readonly string[]): boolean {
  const real = realOrNull(file);
  return real !== null && roots.some((root) => isInside(root, real));
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
