import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../../../shared/domain/app-error.ts";
import { readText } from "../../files/byte-source.ts";
import { isInside } from "../../files/inside-root.ts";
import { extensionOf, stemOf } from "../../files/scan-folder.ts";
import { checkLabelBox } from "../../formats/box-checks.ts";
import { parseYolo, type YoloRow } from "../../formats/yolo.ts";
import { findClassNames } from "./class-names.ts";
import {
  imageEntry,
  isFile,
  type LabelledImage,
  listLabelFiles,
  pairByStem,
  readLabelText,
} from "./label-files.ts";
import type {
  LabelReader,
  LabelSink,
  LabelSource,
  PlacedImage,
  ReadContext,
} from "./label-source.ts";
import { placeImages } from "./place-images.ts";

/**
 * Reads YOLO labels: a folder of txt files, or a list file of pictures whose labels lie beside them or in `labels`
 * for `images`. Class ids are those of the files, from 0.
 */
export const readYoloLabels: LabelReader = async (source, context, sink) => {
  const { problems, pace } = context;
  const paired = isFile(source.path) ? listed(source, context) : inFolder(source, context);
  if (paired.length === 0) {
    throw new AppError(
      "yolo/no-images",
      `${source.name} has neither label files nor pictures. Choose the folders of labels and of images.`,
    );
  }
  const images = await placeImages(
    paired.map(({ entry }) => entry),
    source.name,
    () => null,
    context,
  );
  const folder = isFile(source.path) ? dirname(source.path) : source.path;
  const classes = new Classes(findClassNames(folder, context.root, problems), sink);
  const labelsOf = new Map(paired.map(({ entry, labels }) => [entry.sourceId, labels]));
  for (const [done, image] of images.entries()) {
    pace.at("Reading labels", done, images.length, "images");
    sink.image(image);
    const file = labelsOf.get(image.sourceId) ?? null;
    const text = file === null ? null : readLabelText(file, problems);
    if (file === null || text === null) continue;
    const rows = parseYolo(text, file.name, problems);
    if (image.width === 0 && rows.length > 0) {
      problems.add({
        code: "yolo/no-size",
        severity: "error",
        file: file.name,
        record: null,
        message: `The size of ${image.path} is unknown, so its ${rows.length} boxes cannot be turned into pixels. Put the picture back.`,
        action: "skipped",
      });
      continue;
    }
    for (const row of rows) storeRow(row, image, file.name, classes, context, sink);
  }
};

/** Announces classes: all that are named at once, others when they are met. */
class Classes {
  readonly #names: readonly string[] | null;
  readonly #sink: LabelSink;
  readonly #met = new Set<number>();

  constructor(names: readonly string[] | null, sink: LabelSink) {
    this.#names = names;
    this.#sink = sink;
    for (const [id, name] of (names ?? []).entries()) {
      this.#met.add(id);
      sink.category({ sourceId: id, name: name === "" ? `class ${id}` : name, role: "object" });
    }
  }

  /** False where the list of names does not have the id. */
  has(id: number): boolean {
    if (this.#met.has(id)) return true;
    if (this.#names !== null) return false;
    this.#met.add(id);
    this.#sink.category({ sourceId: id, name: `class ${id}`, role: "object" });
    return true;
  }

  get count(): number {
    return this.#met.size;
  }
}

function storeRow(
  row: YoloRow,
  { width, height, sourceId }: PlacedImage,
  file: string,
  classes: Classes,
  { problems }: ReadContext,
  sink: LabelSink,
): void {
  const place = { file, record: `line ${row.line}` };
  if (!classes.has(row.category)) {
    problems.add({
      code: "category/unknown-id",
      severity: "error",
      ...place,
      message: `The class is ${row.category}; the list of names has 0 to ${classes.count - 1}.`,
      action: "skipped",
    });
    return;
  }
  if (row.score !== null) {
    problems.addToFile({
      code: "yolo/score-in-labels",
      severity: "warning",
      file,
      record: null,
      message: `Rows have a sixth field, as line ${row.line}; labels have five. Are these predictions?`,
      action: "kept",
    });
  }
  const box = {
    x: (row.cx - row.w / 2) * width,
    y: (row.cy - row.h / 2) * height,
    w: row.w * width,
    h: row.h * height,
  };
  if (!checkLabelBox(box, { width, height }, place, problems, false)) return;
  sink.annotation({
    sourceId: null,
    imageSourceId: sourceId,
    categorySourceId: row.category,
    ...box,
    area: box.w * box.h,
    crowd: false,
    ignore: false,
    segmentation: row.polygon === null ? null : polygonText(row.polygon, width, height),
    attributes: null,
  });
}

/** As COCO writes it: a list of polygons in pixels. */
function polygonText(polygon: readonly number[], width: number, height: number): string {
  return JSON.stringify([polygon.map((part, at) => part * (at % 2 === 0 ? width : height))]);
}

function inFolder(source: LabelSource, context: ReadContext): readonly LabelledImage[] {
  const files = listLabelFiles(source.path, source.name, "txt", context.problems);
  return pairByStem(files, context, source);
}

/** The pictures of a list file that lie in the image root, in the list's order. */
function listed(source: LabelSource, context: ReadContext): readonly LabelledImage[] {
  const { problems, pictures, imageRoot } = context;
  const paired: LabelledImage[] = [];
  const lines = readText(source.path, source.name, problems).split("\n");
  for (const [at, line] of lines.entries()) {
    const stated = line.trim().replaceAll("\\", "/").replace(/^\.\//, "");
    if (stated === "") continue;
    const path = pathInRoot(stated, pictures);
    if (path === null) {
      problems.add({
        code: "image/missing",
        severity: "warning",
        file: source.name,
        record: `line ${at + 1}`,
        message: `The picture ${stated} is not in the chosen folder of images.`,
        action: "skipped",
      });
      continue;
    }
    const labels = labelPathOf(join(imageRoot, path), context.root);
    paired.push({
      entry: imageEntry(paired.length + 1, path),
      labels:
        labels === null
          ? null
          : { path: labels, name: labels.slice(context.root.length + 1), stem: stemOf(labels) },
    });
  }
  return paired;
}

function pathInRoot(stated: string, pictures: ReadContext["pictures"]): string | null {
  const found = pictures.find(stated);
  if (found.kind === "found" || found.kind === "renamed") return found.path;
  // Lists count from another folder than the image root: the longest end of the path that fits is meant.
  const fits = pictures.withStem(stated.slice(0, -extensionOf(stated).length - 1));
  return fits.length === 1 ? fits[0]! : null;
}

/** `images` becomes `labels`, or the labels lie beside the picture. */
function labelPathOf(picture: string, root: string): string | null {
  const text = picture.replace(/\.[^./\\]+$/, ".txt");
  const swapped = text.replace(/([/\\])images([/\\])(?!.*[/\\]images[/\\])/, "$1labels$2");
  return (
    [swapped, text].find((path) => existsSync(path) && isInside(root, realpathSync(path))) ?? null
  );
}
