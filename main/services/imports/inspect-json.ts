import type { FoundSource } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { openSource } from "../../files/byte-source.ts";
import { PictureIndex } from "../../files/picture-index.ts";
import { scanFolder, stemOf } from "../../files/scan-folder.ts";
import { parseCocoCategory } from "../../formats/coco.ts";
import { parseCocoResult } from "../../formats/coco-results.ts";
import { readJsonArray, readJsonDocument } from "../../formats/json-arrays.ts";
import { glimpseJson, type JsonGlimpse } from "../../formats/json-glimpse.ts";
import { isObject } from "../../formats/json-fields.ts";
import type { CategoryEntry } from "../../formats/label-records.ts";
import { ProblemLog } from "../../formats/problem-log.ts";
import { looksLikeSodaD } from "../../formats/soda-d.ts";
import { readCocoLabels, watchProgress } from "./coco-labels.ts";
import { resultsIn } from "./coco-predictions.ts";
import { CountingSink } from "./counting-sink.ts";
import type { InspectContext, Inspected } from "./inspect-context.ts";
import { absolute } from "./inspect-context.ts";

/** Larger files are judged by their two ends. */
const READ_WHOLE_BYTES = 48 << 20;

/** What a JSON file holds; null where it is neither COCO labels nor COCO results. */
export async function inspectJson(
  path: string,
  context: InspectContext,
): Promise<Inspected | null> {
  const problems = new ProblemLog();
  const source = openSource(absolute(context, path), path, problems);
  try {
    const glimpse = glimpseJson(source);
    const kind = glimpse && kindOf(glimpse);
    if (glimpse === null || kind === null) {
      refuseBroken(source, glimpse, problems);
      return null;
    }
    const base = {
      path,
      name: stemOf(path).replace(/^instances_/, ""),
      files: 1,
      bytes: source.size,
      guess: null,
      alternatives: [],
      vocOffset: null,
    };
    return kind === "labels"
      ? await inspectLabels(base, glimpse, context, source.size, problems)
      : inspectResults(base, source, glimpse, context, problems);
  } finally {
    source.close();
  }
}

/**
 * A file that was cut off before it said what it holds would else be passed over in silence. JSON of other kinds is
 * none of ours. Throws `file/empty`, `file/truncated`, `file/not-json`.
 */
function refuseBroken(
  source: ReturnType<typeof openSource>,
  glimpse: JsonGlimpse | null,
  problems: ProblemLog,
): void {
  const isOurs = source.size === 0 || glimpse !== null;
  if (isOurs && source.size <= READ_WHOLE_BYTES) readJsonDocument(source, problems, () => null);
}

type Base = Pick<
  FoundSource,
  "path" | "name" | "files" | "bytes" | "guess" | "alternatives" | "vocOffset"
>;

function kindOf({ topLevel, keys, elements }: JsonGlimpse): "labels" | "predictions" | null {
  const isResult = (value: unknown) =>
    isObject(value) && "image_id" in value && "bbox" in value && "score" in value;
  if (topLevel === "list") {
    const list = elements.get("") ?? [];
    return list.length > 0 && list.some(isResult) ? "predictions" : null;
  }
  const annotations = elements.get("annotations") ?? elements.get("predictions") ?? [];
  if (annotations.length > 0 && annotations.every(isResult)) return "predictions";
  if (keys.includes("images") && keys.includes("annotations")) return "labels";
  return keys.includes("images") && keys.includes("categories") ? "labels" : null;
}

async function inspectLabels(
  base: Base,
  glimpse: JsonGlimpse,
  context: InspectContext,
  bytes: number,
  problems: ProblemLog,
): Promise<Inspected> {
  const categories = glimpsedCategories(glimpse, base.path);
  const format = looksLikeSodaD(categories) ? "soda-d" : "coco";
  const names = (glimpse.elements.get("images") ?? []).flatMap((image) =>
    isObject(image) && typeof image["file_name"] === "string" ? [image["file_name"]] : [],
  );
  const imageRoot = context.map.imageRootFor(names, base.path);
  const found = {
    ...base,
    role: "labels",
    format,
    imageRoot,
    alternatives: [format === "coco" ? "soda-d" : "coco"],
  } as const;
  if (bytes > READ_WHOLE_BYTES) {
    const classes = categories.map(({ name }) => ({ name, boxes: null }));
    return {
      source: { ...found, images: null, boxes: null, classes, problems: [] },
      imageIds: null,
      stems: null,
    };
  }
  const sink = new CountingSink();
  const root = imageRoot === null ? context.root : absolute(context, imageRoot);
  try {
    await readCocoLabels(
      { format, path: absolute(context, base.path), name: base.path, vocOffset: null },
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
    addRefusal(error, base.path, problems);
  }
  return {
    source: {
      ...found,
      images: sink.images,
      boxes: sink.boxes,
      classes: sink.classes,
      problems: problems.list(),
    },
    imageIds: sink.imageIds,
    stems: null,
  };
}

function glimpsedCategories({ elements }: JsonGlimpse, file: string): readonly CategoryEntry[] {
  const problems = new ProblemLog();
  return (elements.get("categories") ?? []).flatMap((value, index) => {
    const category = parseCocoCategory(value, index, { file, flavour: "coco", problems });
    return category === null ? [] : [category];
  });
}

function inspectResults(
  base: Base,
  bytes: ReturnType<typeof openSource>,
  glimpse: JsonGlimpse,
  { pace }: InspectContext,
  problems: ProblemLog,
): Inspected {
  const found = { ...base, role: "predictions", format: "coco-results", imageRoot: null } as const;
  if (bytes.size > READ_WHOLE_BYTES) {
    const ids = new Set<number>();
    for (const value of glimpse.elements.get("") ?? glimpse.elements.get("annotations") ?? []) {
      if (isObject(value) && typeof value["image_id"] === "number") ids.add(value["image_id"]);
    }
    return {
      source: { ...found, images: null, boxes: null, classes: [], problems: [] },
      imageIds: ids,
      stems: null,
    };
  }
  const images = new Set<number | string>();
  const classes = new Map<number, number>();
  let boxes = 0;
  try {
    const watched = watchProgress(bytes, "Looking at predictions", pace);
    const list = resultsIn(readJsonDocument(watched, problems, () => null).arrays, base.path);
    readJsonArray(watched, problems, list, (values, first) => {
      for (const [at, value] of values.entries()) {
        const place = { file: base.path, record: `${list.key}[${first + at}]` };
        const result = parseCocoResult(value, place, problems);
        if (result === null) continue;
        boxes += 1;
        images.add(result.image);
        classes.set(result.categoryId, (classes.get(result.categoryId) ?? 0) + 1);
      }
    });
  } catch (error) {
    addRefusal(error, base.path, problems);
  }
  return {
    source: {
      ...found,
      images: images.size,
      boxes,
      classes: [...classes].map(([id, count]) => ({ name: `class ${id}`, boxes: count })),
      problems: problems.list(),
    },
    imageIds: new Set([...images].filter((id) => typeof id === "number")),
    stems: null,
  };
}

/** A file that would stop the import is shown with its reason. */
export function addRefusal(error: unknown, file: string, problems: ProblemLog): void {
  if (!(error instanceof AppError) || error.code === "job/cancelled") throw error;
  problems.add({
    code: error.code,
    severity: "error",
    file,
    record: null,
    message: error.message,
    action: "refused",
  });
}
