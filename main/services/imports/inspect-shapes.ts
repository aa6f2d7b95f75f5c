import { closeSync, openSync, readSync, statSync } from "node:fs";
import { posix } from "node:path";
import type { FoundSource } from "../../../shared/api/imports.ts";
import { PictureIndex } from "../../files/picture-index.ts";
import { scanFolder, stemOf } from "../../files/scan-folder.ts";
import { looksLikeCvat } from "../../formats/cvat.ts";
import { looksLikeLabelMe, parseLabelMe } from "../../formats/labelme.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { unescapeXml } from "../../formats/xml-text.ts";
import { CountingSink } from "./counting-sink.ts";
import { readCvatLabels } from "./cvat-labels.ts";
import { absolute, type InspectContext, type Inspected } from "./inspect-context.ts";
import { inspectLabelFolder } from "./inspect-folders.ts";
import { addRefusal } from "./inspect-json.ts";
import { listLabelFiles, readLabelText } from "./label-files.ts";
import { spread } from "./place-images.ts";

const LOOKED_INTO = 12;
const NAMES_SAMPLED = 60;
const HEAD_BYTES = 64 << 10;
/** Larger files are not read before the import. */
const READ_WHOLE_BYTES = 48 << 20;

/** Which JSON of a folder is LabelMe's, of which there is one an image: some are looked into. */
export function splitJson(
  names: readonly string[],
  inside: (name: string) => string,
  context: InspectContext,
): { readonly hasLabelMe: boolean; readonly others: readonly string[] } {
  const isLabelMe = (name: string) => {
    const path = absolute(context, inside(name));
    if (looksLikeLabelMe(headOf(path))) return true;
    // The picture itself may stand before the shapes.
    if (!/"(imageData|flags|version)"\s*:/.test(headOf(path))) return false;
    const file = { path, name, stem: stemOf(name) };
    return looksLikeLabelMe(readLabelText(file, new ProblemLog()) ?? "");
  };
  if (names.length > LOOKED_INTO) {
    const sample = spread(names, LOOKED_INTO);
    const share = sample.filter(isLabelMe).length / sample.length;
    if (share > 0.5) return { hasLabelMe: true, others: [] };
    if (share === 0) return { hasLabelMe: false, others: names };
  }
  const others = names.filter((name) => !isLabelMe(name));
  return { hasLabelMe: others.length < names.length, others };
}

/** Which XML of a folder is CVAT's, of which there is one a task. */
export function splitXml(
  names: readonly string[],
  inside: (name: string) => string,
  context: InspectContext,
): { readonly cvat: readonly string[]; readonly hasOthers: boolean } {
  const looked = names.length > 200 ? spread(names, LOOKED_INTO) : names;
  const cvat = looked.filter((name) => looksLikeCvat(headOf(absolute(context, inside(name)))));
  return { cvat, hasOthers: cvat.length < names.length };
}

/** A folder of LabelMe JSON. */
export async function inspectLabelMe(path: string, context: InspectContext): Promise<Inspected> {
  const name = path === "" ? "." : path;
  const files = listLabelFiles(absolute(context, path), name, "json", new ProblemLog());
  const names = spread(files, NAMES_SAMPLED).flatMap((file) => {
    const text = readLabelText(file, new ProblemLog());
    const read = text === null ? null : parseLabelMe(text, file.name, new ProblemLog());
    if (read === null) return [];
    const stated = read.imagePath?.replaceAll("\\", "/").split("/").at(-1) ?? `${file.stem}.jpg`;
    return [posix.join(posix.dirname(file.stem), stated)];
  });
  const imageRoot = context.map.imageRootFor(names, path);
  return inspectLabelFolder("labelme", path, files, imageRoot, context);
}

/** One CVAT XML. */
export async function inspectCvat(path: string, context: InspectContext): Promise<Inspected> {
  const problems = new ProblemLog();
  const place = absolute(context, path);
  const bytes = statSync(place).size;
  const head = headOf(place, 1 << 20);
  const names = [...head.matchAll(/<image\s[^>]*?name="([^"]*)"/g)].map(([, name]) =>
    unescapeXml(name!),
  );
  const imageRoot = context.map.imageRootFor(names, path);
  const stem = stemOf(path);
  const base: Omit<FoundSource, "images" | "boxes" | "classes" | "problems"> = {
    role: "labels",
    format: "cvat",
    path,
    name: stem === "annotations" ? (path.split("/").at(-2) ?? "cvat") : stem,
    files: 1,
    bytes,
    imageRoot,
    guess: null,
    alternatives: [],
    vocOffset: null,
  };
  if (bytes > READ_WHOLE_BYTES) {
    const source = { ...base, images: null, boxes: null, classes: [], problems: [] };
    return { source, imageIds: null, stems: null };
  }
  const sink = new CountingSink();
  const root = imageRoot === null ? context.root : absolute(context, imageRoot);
  try {
    await readCvatLabels(
      { format: "cvat", path: place, name: path, vocOffset: null },
      {
        root: context.root,
        imageRoot: root,
        pictures: new PictureIndex(imageRoot === null ? [] : scanFolder(root, new ProblemLog())),
        problems,
        pace: context.pace,
      },
      sink,
    );
  } catch (error) {
    addRefusal(error, path, problems);
  }
  const { images, boxes, classes, imageIds } = sink;
  return {
    source: { ...base, images, boxes, classes, problems: problems.list() },
    imageIds,
    stems: null,
  };
}

const inFolders = { visdrone: "txt", voc: "xml", yolo: "txt", labelme: "json" } as const;

/**
 * The folder above labels that lie in several folders, which mirror those of the pictures. Folders called after splits
 * stay apart.
 */
export async function inspectParents(
  found: readonly Inspected[],
  context: InspectContext,
): Promise<readonly Inspected[]> {
  const parents: Inspected[] = [];
  for (const [format, extension] of Object.entries(inFolders)) {
    const ofFormat = found.flatMap(({ source }) =>
      source.role === "labels" && source.format === format && !source.path.endsWith(".txt")
        ? [source]
        : [],
    );
    const paths = ofFormat.map(({ path }) => path);
    if (paths.length < 2 || paths.some((path) => /train|val|test/i.test(path))) continue;
    const path = commonFolder(paths);
    if (paths.includes(path)) continue;
    const roots = ofFormat.flatMap(({ imageRoot }) => imageRoot ?? []);
    const name = path === "" ? "." : path;
    const files = listLabelFiles(absolute(context, path), name, extension, new ProblemLog());
    const imageRoot = roots.length === 0 ? null : commonFolder(roots);
    const parent = await inspectLabelFolder(
      format as keyof typeof inFolders,
      path,
      files,
      imageRoot,
      context,
    );
    const offsets = ofFormat.map(({ vocOffset }) => vocOffset);
    const vocOffset = format !== "voc" ? null : offsets.includes(0) ? 0 : 1;
    parents.push({ ...parent, source: { ...parent.source, vocOffset } });
  }
  return parents;
}

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => (path === "" ? [] : path.split("/")));
  const shared = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return (shared < 0 ? first : first.slice(0, shared)).join("/");
}

/** "" where the file cannot be read: its reader says why. */
function headOf(path: string, bytes = HEAD_BYTES): string {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const head = Buffer.alloc(bytes);
    return head.toString("utf8", 0, readSync(file, head, 0, bytes, 0));
  } catch {
    return "";
  } finally {
    if (file !== null) closeSync(file);
  }
}
