import { dirname, join, basename } from "node:path";
import { existsSync, realpathSync } from "node:fs";
import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { isInside } from "../../files/inside-root.ts";
import { stemOf } from "../../files/scan-folder.ts";
import { checkLabelBox } from "../../formats/box-checks.ts";
import type { ImageEntry } from "../../formats/label-records.ts";
import {
  guessVocOffset,
  parseVoc,
  vocEdges,
  type VocFile,
  type VocObject,
} from "../../formats/voc.ts";
import { findClassNames } from "./class-names.ts";
import { isFile, type LabelFile, listLabelFiles, readLabelText } from "./label-files.ts";
import type {
  LabelReader,
  LabelSink,
  LabelSource,
  PlacedImage,
  ReadContext,
} from "./label-source.ts";
import { placeImages } from "./place-images.ts";

interface VocRecord {
  readonly file: LabelFile;
  readonly voc: VocFile;
  readonly edges: readonly number[];
}

/**
 * Reads Pascal VOC: a folder of XML files, or a split list (`ImageSets/Main/val.txt`) beside it. Images are numbered
 * from 1 in order of the file names; classes follow a list of names where there is one, else the alphabet.
 */
export const readVocLabels: LabelReader = async (source, context, sink) => {
  const records = readRecords(source, context);
  if (records.length === 0) {
    throw new AppError(
      "voc/no-files",
      `${source.name} holds no Pascal VOC XML that can be read. Choose the folder with the XML files.`,
    );
  }
  const offset = source.vocOffset ?? guessVocOffset(records.flatMap(({ edges }) => edges));
  const images = await placeImages(
    records.map(({ file, voc }, index) => imageOf(file, voc, index, context)),
    source.name,
    () => null,
    context,
  );
  const classIds = announceClasses(records, source, context, sink);
  for (const [done, image] of images.entries()) {
    context.pace.at("Storing labels", done, images.length, "images");
    sink.image(image);
    const { file, voc } = records[image.sourceId - 1]!;
    for (const object of voc.objects) {
      storeObject(object, image, offset, classIds.get(object.name)!, file.name, context, sink);
    }
  }
};

function readRecords(source: LabelSource, { root, problems, pace }: ReadContext): VocRecord[] {
  const files = vocFiles(source, root, problems);
  const records: VocRecord[] = [];
  for (const [done, file] of files.entries()) {
    pace.at("Reading labels", done, files.length, "files");
    const text = readLabelText(file, problems);
    const voc = text === null ? null : parseVoc(text, file.name, problems);
    if (text !== null && voc !== null) records.push({ file, voc, edges: vocEdges(text) });
  }
  return records;
}

/** The XML files of a folder, or those a split list names. */
export function vocFiles(
  source: Pick<LabelSource, "path" | "name">,
  root: string,
  problems: ReadContext["problems"],
): readonly LabelFile[] {
  if (!isFile(source.path)) return listLabelFiles(source.path, source.name, "xml", problems);
  const folder = join(dirname(source.path), "..", "..", "Annotations");
  if (!existsSync(folder) || !isInside(root, realpathSync(folder))) {
    throw new AppError(
      "voc/no-annotations",
      `${source.name} lists a split, but the opened folder has no Annotations two levels above it. Choose the folder of XML files.`,
    );
  }
  const all = new Map(
    listLabelFiles(folder, "Annotations", "xml", problems).map((file) => [file.stem, file]),
  );
  const stems = readText(source.path, source.name, problems)
    .split("\n")
    .map((line) => line.trim().split(/\s+/)[0] ?? "")
    .filter((stem) => stem !== "");
  const listed: LabelFile[] = [];
  for (const [line, stem] of stems.entries()) {
    const file = all.get(stem) ?? all.get(stemOf(stem));
    if (file !== undefined) listed.push(file);
    else {
      problems.add({
        code: "voc/listed-file-missing",
        severity: "warning",
        file: source.name,
        record: `line ${line + 1}`,
        message: `There is no Annotations/${stem}.xml.`,
        action: "skipped",
      });
    }
  }
  return listed;
}

/** The picture a file speaks of: by the name in it, which may lack the extension, else by its own name. */
function imageOf(
  file: LabelFile,
  voc: VocFile,
  index: number,
  { pictures }: ReadContext,
): ImageEntry {
  const stated = voc.fileName ?? `${file.stem}.jpg`;
  const fits = pictures.find(stated).kind === "found" ? [stated] : pictures.withStem(file.stem);
  return {
    sourceId: index + 1,
    fileName: fits.length === 1 ? fits[0]! : basename(stated.replaceAll("\\", "/")),
    width: voc.width,
    height: voc.height,
    attributes: null,
  };
}

function announceClasses(
  records: readonly VocRecord[],
  source: LabelSource,
  context: ReadContext,
  sink: LabelSink,
): ReadonlyMap<string, number> {
  const used = new Set(records.flatMap(({ voc }) => voc.objects.map(({ name }) => name)));
  const folder = isFile(source.path) ? dirname(source.path) : source.path;
  const listed = findClassNames(folder, context.root, context.problems) ?? [];
  const names = [...listed.filter((name) => name !== ""), ...[...used].sort()];
  const ids = new Map<string, number>();
  for (const name of names) {
    if (ids.has(name)) continue;
    ids.set(name, ids.size + 1);
    sink.category({ sourceId: ids.size, name, role: "object" });
  }
  return ids;
}

function storeObject(
  object: VocObject,
  image: PlacedImage,
  offset: 0 | 1,
  categorySourceId: number,
  file: string,
  { problems }: ReadContext,
  sink: LabelSink,
): void {
  const place = { file, record: `object ${object.index + 1}` };
  // Counted from 1 with both ends in: the first pixel's left edge is 0, the last pixel's right edge its number.
  const x = object.xmin - offset;
  const y = object.ymin - offset;
  const w = object.xmax - x;
  const h = object.ymax - y;
  if (offset === 1 && (object.xmax === object.xmin || object.ymax === object.ymin)) {
    problems.add({
      code: "box/one-pixel",
      severity: "warning",
      ...place,
      message: `The box begins and ends at the same pixel (${object.xmin}, ${object.ymin} to ${object.xmax}, ${object.ymax}); probably a slip. It is kept as ${w} x ${h}.`,
      action: "kept",
    });
  }
  const size = image.width > 0 ? image : null;
  if (!checkLabelBox({ x, y, w, h }, size, place, problems, false)) return;
  const attributes = Object.keys(object.attributes).length > 0 ? object.attributes : null;
  sink.annotation({
    sourceId: null,
    imageSourceId: image.sourceId,
    categorySourceId,
    x,
    y,
    w,
    h,
    area: w * h,
    crowd: false,
    ignore: object.difficult,
    segmentation: null,
    attributes: attributes === null ? null : JSON.stringify(attributes),
  });
}
