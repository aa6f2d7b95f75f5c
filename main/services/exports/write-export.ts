import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeAtomically } from "../../files/atomic-write.ts";
import { StagedFolder } from "../../files/staged-folder.ts";
import type { TextFile } from "../../formats/export-records.ts";
import type { Pace } from "../imports/pace.ts";
import type { ExportTarget } from "./export-target.ts";

/** A picture to be copied: its place inside the export and where it lies. */
export interface PictureCopy {
  readonly path: string;
  readonly source: string;
}

export interface Written {
  /** Files of labels or predictions. */
  readonly files: number;
  readonly pictures: number;
  /** Pictures that were there already, and stayed. */
  readonly kept: number;
}

/** Writes all files or none. Throws `file/not-written`, `job/cancelled`. */
export async function writeExport(
  target: ExportTarget,
  files: Iterable<TextFile>,
  pictures: readonly PictureCopy[],
  pace: Pace,
): Promise<Written> {
  if (target.isFile) {
    const [file] = files;
    mkdirSync(dirname(target.path), { recursive: true });
    writeAtomically(target.path, file!.chunks());
    return { files: 1, pictures: 0, kept: 0 };
  }
  const staged = new StagedFolder(target.path);
  try {
    let count = 0;
    for (const file of files) {
      staged.write(file.path, file.chunks());
      count += 1;
    }
    let copied = 0;
    for (const [done, { path, source }] of pictures.entries()) {
      pace.at("Copying pictures", done, pictures.length, "images");
      if (staged.copy(path, source)) copied += 1;
    }
    await staged.commit((done, total) => {
      pace.at("Storing files safely", done, total, "files");
    });
    return { files: count, pictures: copied, kept: pictures.length - copied };
  } catch (error) {
    staged.abandon();
    throw error;
  }
}

/** The path of the result, as it is shown: of the file, or of the folder. */
export function resultPath(target: ExportTarget, single: string | null): string {
  if (target.isFile || single === null) return target.path;
  return join(target.path, single);
}
