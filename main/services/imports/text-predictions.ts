import { basename, dirname } from "node:path";
import type { PredictionFormat } from "../../../shared/api/imports.ts";
import { stemOf } from "../../files/scan-folder.ts";
import { reportOddPrediction } from "../../formats/coco-results.ts";
import type { RecordPlace, Size } from "../../formats/label-records.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import { parseTextRows, textBox } from "../../formats/text-rows.ts";
import { parseVisDrone, visDroneCategories } from "../../formats/visdrone.ts";
import { parseYolo } from "../../formats/yolo.ts";
import { findClassNames } from "./class-names.ts";
import { isFile, type LabelFile, listLabelFiles, readLabelText } from "./label-files.ts";
import { reportUnknownCategory, reportUnknownImage } from "./prediction-problems.ts";
import type {
  KnownDataset,
  PredictionContext,
  PredictionReader,
  PredictionSource,
} from "./prediction-source.ts";

/** A prediction before its class is looked up. */
interface RawPrediction {
  readonly line: number;
  readonly category: string;
  /** xywh pixels. */
  readonly box: readonly [number, number, number, number];
  readonly score: number;
}

/** Reads predictions that lie in one txt file an image, named as the image is. */
export const readTextPredictions: PredictionReader = (source, context, table) => {
  const { known, problems, pace } = context;
  const files = predictionFiles(source, problems);
  const categoryId = categoryLookup(source, context);
  for (const [done, file] of files.entries()) {
    pace.at("Reading predictions", done, files.length, "files");
    const text = readLabelText(file, problems);
    if (text === null) continue;
    const image = known.imageNamed(file.stem);
    if (image === undefined) {
      if (text.trim() !== "")
        reportUnknownImage(file.stem, { file: file.name, record: "line 1" }, problems);
      continue;
    }
    const { width, height, path } = known.images[image]!;
    if (width === 0 && needsSize(source.format)) {
      reportNoSize(file, path, problems);
      continue;
    }
    for (const row of parseRows(source.format, text, file.name, { width, height }, problems)) {
      const place: RecordPlace = { file: file.name, record: `line ${row.line}` };
      const category = categoryId(row.category);
      if (category === undefined) reportUnknownCategory(row.category, place, problems);
      else {
        reportOddPrediction(row.box, row.score, place, problems);
        table.add(image, category, row.box, row.score);
      }
    }
  }
};

function predictionFiles(source: PredictionSource, problems: ProblemLog): readonly LabelFile[] {
  if (!isFile(source.path)) return listLabelFiles(source.path, source.name, "txt", problems);
  return [{ path: source.path, name: source.name, stem: stemOf(basename(source.path)) }];
}

function needsSize(format: PredictionFormat): boolean {
  return format === "yolo" || format === "text-relative-cxcywh";
}

function reportNoSize(file: LabelFile, image: string, problems: ProblemLog): void {
  problems.add({
    code: "prediction/no-size",
    severity: "error",
    file: file.name,
    record: null,
    message: `The size of ${image} is unknown, so its boxes cannot be turned into pixels.`,
    action: "skipped",
  });
}

function parseRows(
  format: PredictionFormat,
  text: string,
  file: string,
  size: Size,
  problems: ProblemLog,
): readonly RawPrediction[] {
  switch (format) {
    case "coco-results":
      return []; // Never a txt file.
    case "visdrone":
      return parseVisDrone(text, file, problems).map(({ line, x, y, w, h, score, category }) => ({
        line,
        category: String(category),
        box: [x, y, w, h],
        score,
      }));
    case "yolo":
      return parseYolo(text, file, problems).map(({ line, category, cx, cy, w, h, score }) => ({
        line,
        category: String(category),
        box: textBox([cx, cy, w, h], "text-relative-cxcywh", size),
        score: score ?? 1,
      }));
    case "text-xyxy":
    case "text-xywh":
    case "text-relative-cxcywh":
      return parseTextRows(text, file, problems).map(({ line, category, score, numbers }) => ({
        line,
        category,
        box: textBox(numbers, format, size),
        score,
      }));
  }
}

/**
 * Finds a class by what a row calls it. Names are looked up as they are; ids first in a list of names near the
 * predictions, then as the dataset's own ids where those count from 0, else as places in the dataset's class list.
 */
function categoryLookup(
  source: PredictionSource,
  { known, root, problems }: PredictionContext,
): (category: string) => number | undefined {
  const folder = isFile(source.path) ? dirname(source.path) : source.path;
  const names =
    source.format === "visdrone"
      ? visDroneCategories.map(({ name }) => name)
      : findClassNames(folder, root ?? folder, problems);
  const cache = new Map<string, number | undefined>();
  return (category) => {
    if (!cache.has(category)) cache.set(category, lookUp(category, source.format, known, names));
    return cache.get(category);
  };
}

function lookUp(
  category: string,
  format: PredictionFormat,
  known: KnownDataset,
  names: readonly string[] | null,
): number | undefined {
  const id = /^\d+$/.test(category) ? Number(category) : null;
  if (id === null) return known.categoryNamed(category)?.id;
  const name = names?.[id];
  const named = name === undefined ? undefined : known.categoryNamed(name);
  if (named !== undefined) return named.id;
  if (format === "visdrone") return known.categoryWithId(id)?.id;
  if (names !== null) return undefined;
  const countsFromZero = known.categories.some(({ sourceId }) => sourceId === 0);
  return countsFromZero ? known.categoryWithId(id)?.id : known.categories[id]?.id;
}
