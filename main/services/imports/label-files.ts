import { statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { extensionOf, type ScannedFolder, scanFolder } from "../../files/scan-folder.ts";
import type { ImageEntry } from "../../formats/label-records.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import type { LabelSource, ReadContext } from "./label-source.ts";

export type LabelExtension = "txt" | "xml" | "json";

/** One file of a folder of labels. */
export interface LabelFile {
  /** Absolute. */
  readonly path: string;
  /** As the user knows it. */
  readonly name: string;
  /** Relative to the folder of labels, without extension. */
  readonly stem: string;
}

/** Files that lie beside labels and are none. */
const notLabels =
  /^(classes|labels|obj|names|train|val|valid|test|trainval|readme|license|notes?)\.txt$|^readme/i;

/** The label files of a folder and below, in order of path. */
export function listLabelFiles(
  folder: string,
  name: string,
  extension: LabelExtension,
  problems: ProblemLog,
): readonly LabelFile[] {
  return scanFolder(folder, problems).flatMap((one) => labelFilesIn(folder, name, one, extension));
}

/** Those of one scanned folder; its path may lie below `folder`. */
export function labelFilesIn(
  folder: string,
  name: string,
  { path, files }: ScannedFolder,
  extension: LabelExtension,
): readonly LabelFile[] {
  return files
    .filter((file) => extensionOf(file) === extension && !notLabels.test(file))
    .map((file) => {
      const inside = path === "" ? file : `${path}/${file}`;
      return {
        path: join(folder, inside),
        name: name === "." ? inside : `${name}/${inside}`,
        stem: inside.slice(0, -extension.length - 1),
      };
    });
}

/** The text of a label file, or null with a report where it cannot be read. */
export function readLabelText(file: LabelFile, problems: ProblemLog): string | null {
  try {
    return readText(file.path, file.name, problems);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.add({
      code: error.code,
      severity: "error",
      file: file.name,
      record: null,
      message: error.message,
      action: "skipped",
    });
    return null;
  }
}

export function isFile(path: string): boolean {
  return statSync(path).isFile();
}

/** An image and the label file that speaks of it, if there is one. */
export interface LabelledImage {
  readonly entry: ImageEntry;
  readonly labels: LabelFile | null;
}

/**
 * Pairs pictures with label files by path or name, in order of the pictures' paths; ids count from 1. Label files
 * without a picture come last, as images that are missing.
 */
export function pairByStem(
  files: readonly LabelFile[],
  { pictures, problems }: ReadContext,
  source: LabelSource,
): readonly LabelledImage[] {
  const labelsOf = new Map<string, LabelFile>();
  const orphans: LabelFile[] = [];
  for (const file of files) {
    const fits = pictures.withStem(file.stem);
    if (fits.length === 0) orphans.push(file);
    for (const picture of fits) labelsOf.set(picture, file);
    if (fits.length > 1) {
      problems.add({
        code: "labels/several-pictures",
        severity: "warning",
        file: file.name,
        record: null,
        message: `${fits.length} pictures have this name, as ${fits[0]!} and ${fits[1]!}; expected one. All of them get these labels.`,
        action: "kept",
      });
    }
  }
  const paired = pictures.paths.map((path, index) => ({
    entry: imageEntry(index + 1, path),
    labels: labelsOf.get(path) ?? null,
  }));
  reportUnlabelled(paired, source, problems);
  for (const file of orphans) {
    paired.push({ entry: imageEntry(paired.length + 1, `${file.stem}.jpg`), labels: file });
  }
  return paired;
}

function reportUnlabelled(
  paired: readonly LabelledImage[],
  source: LabelSource,
  problems: ProblemLog,
): void {
  const bare = paired.filter(({ labels }) => labels === null);
  if (bare.length === 0) return;
  problems.addToFile(
    {
      code: "labels/missing-file",
      severity: "info",
      file: source.name,
      record: null,
      message: `Pictures without a label file, as ${bare[0]!.entry.fileName}. They count as pictures without objects.`,
      action: "kept",
    },
    bare.length,
  );
}

export function imageEntry(sourceId: number, fileName: string): ImageEntry {
  return { sourceId, fileName, width: null, height: null, attributes: null };
}

/** Folders from `from` up to `top`, both included; `from` must lie in `top`. */
export function foldersUpTo(from: string, top: string): string[] {
  const folders: string[] = [];
  let folder = from;
  for (;;) {
    folders.push(folder);
    const way = relative(top, folder);
    if (way === "" || way === ".." || way.startsWith(`..${sep}`) || dirname(folder) === folder) {
      return folders;
    }
    folder = dirname(folder);
  }
}
