import { statSync } from "node:fs";
import type { FoundSource, LabelFormat } from "../../../shared/api/imports.ts";
import { PictureIndex } from "../../files/picture-index.ts";
import { probeHeader } from "../../files/picture-header.ts";
import {
  extensionOf,
  isImage,
  type ScannedFolder,
  scanFolder,
  stemOf,
} from "../../files/scan-folder.ts";
import { parseLabelMe } from "../../formats/labelme.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { guessTextFormat, type TextGuess } from "../../formats/text-guess.ts";
import { parseTextRows } from "../../formats/text-rows.ts";
import { parseVisDrone, visDroneCategories } from "../../formats/visdrone.ts";
import { guessVocOffset, parseVoc, vocEdges } from "../../formats/voc.ts";
import { parseYolo } from "../../formats/yolo.ts";
import { findClassNames } from "./class-names.ts";
import { CountingSink } from "./counting-sink.ts";
import { sampleText } from "./detect-predictions.ts";
import { absolute, type InspectContext, type Inspected } from "./inspect-context.ts";
import { addRefusal } from "./inspect-json.ts";
import { type LabelFile, labelFilesIn, readLabelText } from "./label-files.ts";
import { spread } from "./place-images.ts";
import { labelReaders } from "./readers.ts";
import { vocFiles } from "./voc-labels.ts";

/** Folders with more files than this are sampled: their boxes are not counted. */
const READ_ALL_FILES = 3000;
const SAMPLED_FILES = 200;
const PARSED_FILES = 40;

/** What the txt files of a folder hold; null where they are neither labels nor predictions. */
export async function inspectTextFolder(
  folder: ScannedFolder,
  context: InspectContext,
): Promise<Inspected | null> {
  const files = labelFilesIn(
    absolute(context, folder.path),
    folder.path === "" ? "." : folder.path,
    { path: "", files: folder.files },
    "txt",
  );
  if (files.length === 0) return null;
  const stems = files.map(({ stem }) => stem);
  const imageRoot = context.map.imageRootFor(stems, folder.path);
  const guess = guessTextFormat(sampleText(files, pictureSizes(imageRoot, context)));
  if (guess === null) return null;
  if (guess.role === "labels") {
    const beside = folder.files.some(isImage) && guess.format === "yolo";
    const format = beside ? "darknet" : guess.format;
    return inspectLabelFolder(format, folder.path, files, imageRoot, context);
  }
  return inspectPredictionFolder(guess, folder.path, files, imageRoot, context);
}

/** A folder of VOC XML, or one of its split lists. Null where the XML is something else. */
export async function inspectVoc(path: string, context: InspectContext): Promise<Inspected | null> {
  const problems = new ProblemLog();
  const name = path === "" ? "." : path;
  const files = vocFiles({ path: absolute(context, path), name }, context.root, problems);
  const looked = files.length <= READ_ALL_FILES ? files : spread(files, SAMPLED_FILES);
  const texts = looked.flatMap((file) => {
    const text = readLabelText(file, problems);
    return text === null ? [] : [{ file, text }];
  });
  const sample = spread(texts, PARSED_FILES).flatMap(({ file, text }) => {
    const voc = parseVoc(text, file.name, new ProblemLog());
    return voc === null ? [] : [{ file, voc }];
  });
  if (sample.length === 0) return null;
  const names = sample.map(({ file, voc }) => voc.fileName ?? file.stem);
  const imageRoot =
    context.map.imageRootFor(names, path) ??
    context.map.imageRootFor(
      sample.map(({ file }) => file.stem),
      path,
    );
  const inspected = await inspectLabelFolder("voc", path, files, imageRoot, context);
  const vocOffset = guessVocOffset(texts.flatMap(({ text }) => vocEdges(text)));
  return {
    ...inspected,
    source: {
      ...inspected.source,
      vocOffset,
      guess:
        vocOffset === 1
          ? "Pixels are counted from 1 as in the original VOC files: no box starts at 0."
          : "Pixels are counted from 0: boxes start at 0 or between pixels.",
    },
  };
}

/** Labels in one file an image, or a list file of pictures: read whole where there are not too many. */
export async function inspectLabelFolder(
  format: LabelFormat,
  path: string,
  files: readonly LabelFile[],
  imageRoot: string | null,
  context: InspectContext,
): Promise<Inspected> {
  const problems = new ProblemLog();
  const name = path === "" ? "." : path;
  const isFolder = statSync(absolute(context, path)).isDirectory();
  const base: Omit<FoundSource, "images" | "boxes" | "classes" | "problems"> = {
    role: "labels",
    format,
    path,
    name: nameOf(path, format),
    files: files.length,
    bytes: bytesOf(files),
    imageRoot,
    guess: null,
    alternatives: format === "yolo" ? ["darknet"] : format === "darknet" ? ["yolo"] : [],
    vocOffset: null,
  };
  const stems = new Set(files.map(({ stem }) => stem));
  if (files.length > READ_ALL_FILES) {
    const classes = sampledClasses(format, path, files, context);
    const images = isFolder ? null : files.length;
    return {
      source: { ...base, images, boxes: null, classes, problems: [] },
      imageIds: null,
      stems,
    };
  }
  const sink = new CountingSink();
  const root = imageRoot === null ? context.root : absolute(context, imageRoot);
  try {
    await labelReaders[format](
      { format, path: absolute(context, path), name, vocOffset: null },
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
    addRefusal(error, name, problems);
  }
  const { images, boxes, classes } = sink;
  return {
    source: { ...base, images, boxes, classes, problems: problems.list() },
    imageIds: null,
    stems,
  };
}

function inspectPredictionFolder(
  guess: Extract<TextGuess, { role: "predictions" }>,
  path: string,
  files: readonly LabelFile[],
  imageRoot: string | null,
  context: InspectContext,
): Inspected {
  const problems = new ProblemLog();
  const counts = new Map<string, number>();
  const names =
    guess.format === "visdrone"
      ? visDroneCategories.map(({ name }) => name)
      : findClassNames(absolute(context, path), context.root, new ProblemLog());
  const all = files.length <= READ_ALL_FILES;
  let boxes = 0;
  for (const file of all ? files : spread(files, SAMPLED_FILES)) {
    context.pace.at("Looking at predictions", boxes, null, "boxes");
    const text = readLabelText(file, problems);
    if (text === null) continue;
    for (const category of categoriesIn(guess.format, text, file.name, problems)) {
      boxes += 1;
      const name =
        names?.[Number(category)] ?? (/^\d+$/.test(category) ? `class ${category}` : category);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return {
    source: {
      role: "predictions",
      format: guess.format,
      path,
      name: path.split("/").at(-1) || "predictions",
      files: files.length,
      bytes: bytesOf(files),
      images: files.length,
      boxes: all ? boxes : null,
      classes: [...counts].map(([name, count]) => ({ name, boxes: all ? count : null })),
      imageRoot,
      problems: problems.list(),
      guess: guess.guess,
      alternatives: guess.alternatives,
      vocOffset: null,
    },
    imageIds: null,
    stems: new Set(files.map(({ stem }) => stem)),
  };
}

function categoriesIn(
  format: string,
  text: string,
  file: string,
  problems: ProblemLog,
): readonly string[] {
  if (format === "visdrone") {
    return parseVisDrone(text, file, problems).map(({ category }) => String(category));
  }
  if (format === "yolo") {
    return parseYolo(text, file, problems).map(({ category }) => String(category));
  }
  return parseTextRows(text, file, problems).map(({ category }) => category);
}

function sampledClasses(
  format: LabelFormat,
  path: string,
  files: readonly LabelFile[],
  context: InspectContext,
) {
  if (format === "visdrone") return visDroneCategories.map(({ name }) => ({ name, boxes: null }));
  const problems = new ProblemLog();
  const names = findClassNames(absolute(context, path), context.root, problems);
  if (names !== null) return names.map((name) => ({ name, boxes: null }));
  const met = new Set<string>();
  for (const file of spread(files, SAMPLED_FILES)) {
    const text = readLabelText(file, problems) ?? "";
    if (format === "voc") {
      for (const { name } of parseVoc(text, file.name, problems)?.objects ?? []) met.add(name);
    } else if (format === "labelme") {
      for (const { label } of parseLabelMe(text, file.name, problems)?.shapes ?? []) met.add(label);
    } else {
      for (const { category } of parseYolo(text, file.name, problems)) met.add(`class ${category}`);
    }
  }
  return [...met].sort().map((name) => ({ name, boxes: null }));
}

/** `val` for `labels/val` or `ImageSets/Main/val.txt`; the folder's own name where that says nothing. */
function nameOf(path: string, format: string): string {
  const last = extensionOf(path) === "txt" ? stemOf(path) : path.split("/").at(-1);
  if (last === undefined || last === "") return format;
  const parts = path.split("/");
  const plain = /^(labels|annotations|annotation|obj_train_data|txt|xml)$/i.test(last);
  return plain && parts.length > 1 ? parts.at(-2)! : last;
}

function bytesOf(files: readonly LabelFile[]): number {
  const sample = spread(files, SAMPLED_FILES);
  const bytes = sample.reduce(
    (sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  return sample.length === 0 ? 0 : Math.round((bytes * files.length) / sample.length);
}

function pictureSizes(imageRoot: string | null, context: InspectContext) {
  if (imageRoot === null) return () => null;
  const root = absolute(context, imageRoot);
  const pictures = new PictureIndex(scanFolder(root, new ProblemLog()));
  return (file: LabelFile) => {
    const path = pictures.withStem(file.stem)[0];
    const read = path === undefined ? null : probeHeader(`${root}/${path}`);
    return read?.ok ? read.header : null;
  };
}
