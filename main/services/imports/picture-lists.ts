import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { isInside } from "../../files/inside-root.ts";
import { extensionOf, type ScannedFolder } from "../../files/scan-folder.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { parseDarknetData, parseYoloData } from "../../formats/yolo.ts";
import { absolute, type InspectContext } from "./inspect-context.ts";

export interface PictureList {
  /** Relative to the inspected folder. */
  readonly path: string;
  readonly format: "yolo" | "darknet";
}

/** Lists of pictures that a data.yaml or an obj.data in this folder names as splits. */
export function listPictureLists(
  folder: ScannedFolder,
  context: InspectContext,
): readonly PictureList[] {
  const lists: PictureList[] = [];
  for (const name of folder.files) {
    const extension = extensionOf(name);
    const isYaml = extension === "yaml" || extension === "yml";
    if (!isYaml && extension !== "data") continue;
    const path = join(absolute(context, folder.path), name);
    for (const stated of isYaml ? yamlLists(path, name) : darknetLists(path, name)) {
      const found = findList(stated, dirname(path), context.root);
      if (found !== null) lists.push({ path: found, format: isYaml ? "yolo" : "darknet" });
    }
  }
  return lists;
}

function yamlLists(path: string, name: string): readonly string[] {
  const text = readOrNull(path, name);
  const data = text === null ? null : parseYoloData(text, name, new ProblemLog());
  if (data === null) return [];
  return data.splits
    .flatMap(({ paths }) => paths)
    .filter((split) => extensionOf(split) === "txt")
    .map((split) => (data.path === null ? split : `${data.path}/${split}`));
}

function darknetLists(path: string, name: string): readonly string[] {
  const text = readOrNull(path, name);
  if (text === null) return [];
  const entries = parseDarknetData(text);
  return ["train", "valid", "val", "test"].flatMap((key) => entries.get(key) ?? []);
}

/** The list as stated, or from its longest end that is there: such files often keep another machine's paths. */
function findList(stated: string, folder: string, root: string): string | null {
  const parts = stated
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  for (let from = 0; from < parts.length; from += 1) {
    const path = join(folder, ...parts.slice(from));
    if (!existsSync(path)) continue;
    const real = realpathSync(path);
    if (isInside(root, real)) return relative(root, real).replaceAll("\\", "/");
  }
  return null;
}

function readOrNull(path: string, name: string): string | null {
  try {
    return readText(path, name, new ProblemLog());
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
