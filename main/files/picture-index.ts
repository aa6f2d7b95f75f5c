import { safeRelativePath } from "./inside-root.ts";
import { isImage, type ScannedFolder, stemOf } from "./scan-folder.ts";

/** How a label file's name for a picture was found. */
export type FoundPicture =
  | { readonly kind: "found"; readonly path: string }
  /** Found under another path: other slashes, another folder, another extension. */
  | { readonly kind: "renamed"; readonly path: string }
  | { readonly kind: "missing"; readonly path: string }
  /** The name leads out of the folder, or several pictures fit. */
  | { readonly kind: "refused"; readonly reason: string };

/**
 * A name as it is compared where the exact one is not there: without regard to case, and with composed letters,
 * since some systems store "ü" as two.
 */
export function foldName(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The pictures below a folder, to be looked up by the names that label files use. */
export class PictureIndex {
  /** Relative to the image root, forward slashes, in order of folder and name. */
  readonly paths: readonly string[];
  readonly #paths: ReadonlySet<string>;
  /** Every path by its folded last part, and by that without extension. */
  #byName: Map<string, string[]> | null = null;
  #byStem: Map<string, string[]> | null = null;

  constructor(folders: readonly ScannedFolder[]) {
    const paths: string[] = [];
    for (const { path, files } of folders) {
      for (const name of files) {
        if (isImage(name)) paths.push(path === "" ? name : `${path}/${name}`);
      }
    }
    this.paths = paths;
    this.#paths = new Set(paths);
  }

  find(fileName: string): FoundPicture {
    if (this.#paths.has(fileName)) return { kind: "found", path: fileName };
    const name = fileName.replaceAll("\\", "/");
    const safe = safeRelativePath(name);
    if (safe !== null && this.#paths.has(safe)) return { kind: "renamed", path: safe };
    // An absolute path, as some tools write, or a folder that is not in the image root: the name alone decides.
    const fits = this.#named(name.slice(name.lastIndexOf("/") + 1));
    const leavesRoot = name.split("/").includes("..");
    if (fits.length === 1 && !leavesRoot) return { kind: "renamed", path: fits[0]! };
    if (safe === null) {
      return { kind: "refused", reason: "it leads out of the folder of pictures" };
    }
    if (fits.length > 1) {
      return { kind: "refused", reason: `${fits.length} pictures of this name are there` };
    }
    return { kind: "missing", path: safe };
  }

  /** Pictures whose path without extension is `stem`, which may have folders, else ends in it. */
  withStem(stem: string): readonly string[] {
    this.#byStem ??= groupBy(this.paths, (path) => foldName(stemOf(path)));
    const last = foldName(stem.slice(stem.lastIndexOf("/") + 1));
    const fits = this.#byStem.get(last) ?? [];
    if (fits.length < 2) return fits;
    const plain = (path: string) => path.slice(0, path.lastIndexOf("."));
    const exact = fits.filter((path) => plain(path) === stem);
    if (exact.length > 0) return exact;
    const whole = fits.filter((path) => plain(path).endsWith(`/${stem}`));
    return whole.length > 0 ? whole : fits;
  }

  #named(name: string): readonly string[] {
    const lastPart = (path: string) => path.slice(path.lastIndexOf("/") + 1);
    this.#byName ??= groupBy(this.paths, (path) => foldName(lastPart(path)));
    const fits = this.#byName.get(foldName(name)) ?? [];
    const exact = fits.filter((path) => lastPart(path) === name);
    return exact.length > 0 ? exact : fits;
  }
}

function groupBy(paths: readonly string[], keyOf: (path: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = keyOf(path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return groups;
}
