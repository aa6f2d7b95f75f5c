import { join } from "node:path";
import type { FoundSource } from "../../../shared/api/imports.ts";
import type { FolderMap } from "./folder-map.ts";
import type { Pace } from "./pace.ts";

export interface InspectContext {
  /** The inspected folder, links resolved. */
  readonly root: string;
  readonly map: FolderMap;
  readonly pace: Pace;
}

/** A source and what tells which labels and predictions belong together. */
export interface Inspected {
  readonly source: FoundSource;
  /** Ids of COCO labels or results; null for other formats or where not read. */
  readonly imageIds: ReadonlySet<number> | null;
  /** Names without extension of the files of a folder; null for other formats. */
  readonly stems: ReadonlySet<string> | null;
}

export function absolute({ root }: Pick<InspectContext, "root">, path: string): string {
  return path === "" || path === "." ? root : join(root, path);
}
