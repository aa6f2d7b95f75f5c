import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { extensionOf } from "../../files/scan-folder.ts";
import { parseNames, parseYoloData } from "../../formats/yolo.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import { foldersUpTo } from "./label-files.ts";

/**
 * The class names by id that lie beside labels or predictions, or in a folder above up to `top`: data.yaml,
 * *.names, classes.txt, labels.txt. The nearest list wins; null where there is none.
 */
export function findClassNames(
  folder: string,
  top: string,
  problems: ProblemLog,
): readonly string[] | null {
  for (const at of foldersUpTo(folder, top)) {
    for (const name of listNamesFiles(at)) {
      const names = readNames(join(at, name), name, problems);
      if (names !== null && names.length > 0) return names;
    }
  }
  return null;
}

function listNamesFiles(folder: string): string[] {
  const isYaml = (name: string) => extensionOf(name) === "yaml" || extensionOf(name) === "yml";
  const isList = (name: string) =>
    extensionOf(name) === "names" || /^(classes|labels|class_names)\.txt$/i.test(name);
  const names = readdirSync(folder);
  return [...names.filter(isYaml).sort(), ...names.filter(isList).sort()];
}

function readNames(path: string, name: string, problems: ProblemLog): readonly string[] | null {
  try {
    const text = readText(path, name, problems);
    const isYaml = /\.ya?ml$/i.test(name);
    return isYaml ? (parseYoloData(text, name, problems)?.names ?? null) : parseNames(text);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
