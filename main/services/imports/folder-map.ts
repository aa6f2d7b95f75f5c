import { isImage, type ScannedFolder } from "../../files/scan-folder.ts";
import { spread } from "./place-images.ts";

const NAMES_COMPARED = 60;

/** What a scan found, arranged for the question which pictures a label file speaks of. */
export class FolderMap {
  readonly folders: readonly ScannedFolder[];
  /** Folders that hold pictures themselves, and folders above several of them; pictures counted recursively. */
  readonly imageFolders: readonly { readonly path: string; readonly images: number }[];
  readonly #paths: ReadonlySet<string>;
  readonly #foldersByStem: ReadonlyMap<string, readonly string[]>;

  constructor(folders: readonly ScannedFolder[]) {
    this.folders = folders;
    const paths = new Set<string>();
    const byStem = new Map<string, string[]>();
    const counts = new Map<string, { direct: number; all: number; branches: Set<string> }>();
    for (const { path, files } of folders) {
      let images = 0;
      for (const name of files) {
        if (!isImage(name)) continue;
        images += 1;
        paths.add(path === "" ? name : `${path}/${name}`);
        const stem = name.slice(0, name.lastIndexOf("."));
        const known = byStem.get(stem);
        if (known === undefined) byStem.set(stem, [path]);
        else known.push(path);
      }
      if (images > 0) countUp(counts, path, images);
    }
    this.#paths = paths;
    this.#foldersByStem = byStem;
    this.imageFolders = [...counts]
      .filter(([, { direct, branches }]) => direct > 0 || branches.size > 1)
      .map(([path, { all }]) => ({ path, images: all }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /**
   * The folder under which most of the names are found: names as they are first, then by their last part without
   * extension. Null where no picture fits. Of equals the one nearest to `near`.
   */
  imageRootFor(names: readonly string[], near: string): string | null {
    const sample = spread(names, NAMES_COMPARED);
    return this.#bestByPath(sample, near) ?? this.#bestByStem(sample, near);
  }

  #bestByPath(names: readonly string[], near: string): string | null {
    return best(
      this.#ancestors().map((folder) => ({
        folder,
        hits: names.filter((name) => this.#paths.has(folder === "" ? name : `${folder}/${name}`))
          .length,
      })),
      near,
    );
  }

  #bestByStem(names: readonly string[], near: string): string | null {
    const hits = new Map<string, number>();
    for (const name of names) {
      const last = name.replaceAll("\\", "/").split("/").at(-1) ?? name;
      const stem = /\.[a-z0-9]{2,5}$/i.test(last) ? last.slice(0, last.lastIndexOf(".")) : last;
      const fits = this.#foldersByStem.get(stem) ?? this.#foldersByStem.get(last) ?? [];
      for (const folder of fits) hits.set(folder, (hits.get(folder) ?? 0) + 1);
    }
    return best(
      [...hits].map(([folder, count]) => ({ folder, hits: count })),
      near,
    );
  }

  /** Every folder that has pictures in it or below it. */
  #ancestors(): readonly string[] {
    const all = new Set<string>([""]);
    for (const { path } of this.imageFolders) {
      const parts = path.split("/");
      for (let length = 1; length <= parts.length; length += 1) {
        all.add(parts.slice(0, length).join("/"));
      }
    }
    return [...all].slice(0, 2000);
  }
}

function countUp(
  counts: Map<string, { direct: number; all: number; branches: Set<string> }>,
  path: string,
  images: number,
): void {
  const parts = path === "" ? [] : path.split("/");
  for (let length = parts.length; length >= 0; length -= 1) {
    const folder = parts.slice(0, length).join("/");
    const count = counts.get(folder) ?? { direct: 0, all: 0, branches: new Set<string>() };
    if (length === parts.length) count.direct += images;
    count.all += images;
    count.branches.add(parts[length] ?? ".");
    counts.set(folder, count);
  }
}

function best(
  candidates: readonly { readonly folder: string; readonly hits: number }[],
  near: string,
): string | null {
  const most = Math.max(0, ...candidates.map(({ hits }) => hits));
  if (most === 0) return null;
  const equals = candidates.filter(({ hits }) => hits === most).map(({ folder }) => folder);
  return equals.sort(
    (a, b) => likeness(b, near) - likeness(a, near) || a.length - b.length || (a < b ? -1 : 1),
  )[0]!;
}

/** How much two paths have in common: equal parts, wherever they stand (`images/val` and `labels/val`). */
function likeness(a: string, b: string): number {
  const parts = new Set(b.split("/"));
  return a.split("/").filter((part) => part !== "" && parts.has(part)).length;
}
