import type { FolderReport } from "../../../shared/api/imports.ts";
import { readText } from "../../files/byte-source.ts";
import {
  extensionOf,
  realFolder,
  type ScannedFolder,
  scanFolder,
} from "../../files/scan-folder.ts";
import { type NewProblem, ProblemLog } from "../../formats/problem-log.ts";
import { FolderMap } from "./folder-map.ts";
import { absolute, type InspectContext, type Inspected } from "./inspect-context.ts";
import { inspectLabelFolder, inspectTextFolder, inspectVoc } from "./inspect-folders.ts";
import { addRefusal, inspectJson } from "./inspect-json.ts";
import {
  inspectCvat,
  inspectLabelMe,
  inspectParents,
  splitJson,
  splitXml,
} from "./inspect-shapes.ts";
import type { Pace } from "./pace.ts";
import { suggestPlan } from "./suggest-plan.ts";
import { listPictureLists } from "./picture-lists.ts";

/** More JSON files than this in one folder are one an image, which no format here is. */
const MOST_JSON_IN_FOLDER = 40;
const MOST_FOLDERS_LISTED = 200;
const splitNames = new Set(["train.txt", "val.txt", "trainval.txt", "test.txt"]);

/**
 * Looks at a folder: which formats lie in it, what they hold and what is wrong with it, and what an import would do.
 * Small sources are read whole; of large ones a sample is.
 */
export async function inspect(path: string, pace: Pace): Promise<FolderReport> {
  const root = realFolder(path);
  const problems = new ProblemLog();
  let count = 0;
  const folders = scanFolder(root, problems, () => {
    pace.at("Looking through folders", (count += 1), null, "folders");
  });
  const map = new FolderMap(folders);
  const context: InspectContext = { root, map, pace };
  const found: Inspected[] = [];
  for (const folder of folders) {
    found.push(...(await inspectFolderFiles(folder, context, problems)));
  }
  found.push(...(await inspectParents(found, context)));
  const sources = found.map(({ source }) => source);
  return {
    path: root,
    imageFolders: map.imageFolders.slice(0, MOST_FOLDERS_LISTED),
    sources,
    problems: problems.list(),
    suggestion: suggestPlan(root, map, found),
  };
}

async function inspectFolderFiles(
  folder: ScannedFolder,
  context: InspectContext,
  problems: ProblemLog,
): Promise<readonly Inspected[]> {
  const byExtension = new Map<string, string[]>();
  for (const name of folder.files) {
    const extension = extensionOf(name);
    const names = byExtension.get(extension);
    if (names === undefined) byExtension.set(extension, [name]);
    else names.push(name);
  }
  const found: Inspected[] = [];
  const look = async (path: string, inspectIt: () => Promise<Inspected | null>) => {
    try {
      const inspected = await inspectIt();
      if (inspected !== null) found.push(inspected);
    } catch (error) {
      addRefusal(error, path, problems);
    }
  };
  const inside = (name: string) => (folder.path === "" ? name : `${folder.path}/${name}`);
  const jsons = splitJson(byExtension.get("json") ?? [], inside, context);
  if (jsons.hasLabelMe) await look(folder.path, () => inspectLabelMe(folder.path, context));
  if (jsons.others.length > MOST_JSON_IN_FOLDER) {
    problems.add(tooManyJson(folder.path, jsons.others.length));
  } else {
    for (const name of jsons.others) {
      await look(inside(name), () => inspectJson(inside(name), context));
    }
  }
  const xmls = splitXml(byExtension.get("xml") ?? [], inside, context);
  for (const name of xmls.cvat) await look(inside(name), () => inspectCvat(inside(name), context));
  if (xmls.hasOthers) await look(folder.path, () => inspectVoc(folder.path, context));
  if (byExtension.has("txt")) {
    await look(folder.path, () => inspectTextFolder(folder, context));
    for (const name of byExtension.get("txt") ?? []) {
      if (!/(^|\/)ImageSets\/Main$/.test(folder.path) || !splitNames.has(name)) continue;
      await look(inside(name), () => inspectVoc(inside(name), context));
    }
  }
  for (const list of listPictureLists(folder, context)) {
    await look(list.path, () => inspectList(list, context));
  }
  return found;
}

/** A YOLO or Darknet list of pictures. */
async function inspectList(
  { path, format }: { readonly path: string; readonly format: "yolo" | "darknet" },
  context: InspectContext,
): Promise<Inspected> {
  const lines = readText(absolute(context, path), path, new ProblemLog())
    .split("\n")
    .map((line) => line.trim().replaceAll("\\", "/").replace(/^\.\//, ""))
    .filter((line) => line !== "");
  const imageRoot = context.map.imageRootFor(lines, path);
  const files = lines.map((line) => ({
    path: line,
    name: line,
    stem: line.slice(0, -extensionOf(line).length - 1),
  }));
  return inspectLabelFolder(format, path, files, imageRoot, context);
}

function tooManyJson(path: string, count: number): NewProblem {
  return {
    code: "folder/many-json",
    severity: "info",
    file: path === "" ? "." : path,
    record: null,
    message: `${count} JSON files; expected one a split. They were not looked at.`,
    action: "skipped",
  };
}
