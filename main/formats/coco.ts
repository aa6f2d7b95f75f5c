import type { CategoryRole } from "../../shared/domain/records.ts";
import { checkLabelBox } from "./box-checks.ts";
import {
  isObject,
  type JsonObject,
  readBox,
  readFlag,
  readId,
  reportWrongType,
  shown,
} from "./json-fields.ts";
import type {
  AnnotationEntry,
  CategoryEntry,
  ImageEntry,
  RecordPlace,
  Size,
} from "./label-records.ts";
import type { ProblemLog } from "./problem-log.ts";
import { sodaDIgnoreCategory } from "./soda-d.ts";

export type CocoFlavour = "coco" | "soda-d";

/** What is known about the rest of the document when an annotation is read. */
export interface CocoContext {
  readonly file: string;
  readonly flavour: CocoFlavour;
  readonly problems: ProblemLog;
  readonly imageSize: (sourceId: number) => Size | null | undefined;
  readonly hasCategory: (sourceId: number) => boolean;
}

/** One element of `categories`; null where it cannot be used. */
export function parseCocoCategory(
  value: unknown,
  index: number,
  { file, flavour, problems }: Pick<CocoContext, "file" | "flavour" | "problems">,
): CategoryEntry | null {
  const place = { file, record: `categories[${index}]` };
  if (!isObject(value)) {
    reportWrongType(value, "category", "an object", place, problems);
    return null;
  }
  const sourceId = readId(value["id"], "id", place, problems);
  if (sourceId === null) return null;
  const name = value["name"];
  if (typeof name !== "string" || name === "") {
    problems.add({
      code: "category/no-name",
      severity: "warning",
      ...place,
      message: `"name" is ${shown(name)}; expected text. The class is called "class ${sourceId}".`,
      action: "repaired",
    });
  }
  return {
    sourceId,
    name: typeof name === "string" && name !== "" ? name : `class ${sourceId}`,
    role: readRole(value["role"], sourceId, flavour),
  };
}

/** SODA-D's category 10 is its ignored regions; in COCO files a role is what an export of ours wrote. */
function readRole(value: unknown, sourceId: number, flavour: CocoFlavour): CategoryRole {
  if (flavour === "soda-d") return sourceId === sodaDIgnoreCategory ? "ignored-region" : "object";
  return value === "ignored-region" || value === "others" ? value : "object";
}

/** One element of `images`; null where it cannot be used. */
export function parseCocoImage(
  value: unknown,
  index: number,
  { file, problems }: Pick<CocoContext, "file" | "problems">,
): ImageEntry | null {
  const place = { file, record: `images[${index}]` };
  if (!isObject(value)) {
    reportWrongType(value, "image", "an object", place, problems);
    return null;
  }
  const sourceId = readId(value["id"], "id", place, problems);
  if (sourceId === null) return null;
  const fileName = value["file_name"];
  if (typeof fileName !== "string" || fileName === "") {
    reportWrongType(fileName, "file_name", "the name of a picture", place, problems);
    return null;
  }
  const width = readSide(value["width"], "width", place, problems);
  const height = readSide(value["height"], "height", place, problems);
  const known = width !== null && height !== null;
  return {
    sourceId,
    fileName,
    width: known ? width : null,
    height: known ? height : null,
    attributes: patchOrigin(value),
  };
}

/** A side of the picture in pixels; null (looked up in the picture) where missing or senseless. */
function readSide(
  value: unknown,
  field: string,
  place: RecordPlace,
  problems: ProblemLog,
): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31) {
    return value;
  }
  problems.add({
    code: "image/bad-size",
    severity: "warning",
    ...place,
    message: `"${field}" is ${shown(value)}; expected a whole number of pixels. The picture itself is asked.`,
    action: "repaired",
  });
  return null;
}

/** A SODA-D patch says which image it was cut from and where. */
export function patchOrigin(image: JsonObject): string | null {
  if (image["ori_id"] === undefined && image["start_coord"] === undefined) return null;
  return JSON.stringify({ ori_id: image["ori_id"], start_coord: image["start_coord"] });
}

/** One element of `annotations`; null where it cannot be used. */
export function parseCocoAnnotation(
  value: unknown,
  index: number,
  context: CocoContext,
): AnnotationEntry | null {
  const { file, problems } = context;
  const place = { file, record: `annotations[${index}]` };
  if (!isObject(value)) {
    reportWrongType(value, "annotation", "an object", place, problems);
    return null;
  }
  const imageSourceId = readId(value["image_id"], "image_id", place, problems);
  if (imageSourceId === null) return null;
  const size = context.imageSize(imageSourceId);
  if (size === undefined) return unknown("image", imageSourceId, place, problems);
  const categorySourceId = readId(value["category_id"], "category_id", place, problems);
  if (categorySourceId === null) return null;
  if (!context.hasCategory(categorySourceId)) {
    return unknown("category", categorySourceId, place, problems);
  }
  const box = readBox(value["bbox"], place, problems);
  if (box === null) return null;
  const [x, y, w, h] = box;
  if (!checkLabelBox({ x, y, w, h }, size, place, problems, true)) return null;
  return {
    sourceId: annotationId(value["id"], place, problems),
    imageSourceId,
    categorySourceId,
    x,
    y,
    w,
    h,
    area: readArea(value, w * h, place, problems),
    crowd: readCrowd(value, context, place),
    ignore: readFlag(value["ignore"], "ignore", place, problems),
    segmentation: segmentationText(value["segmentation"]),
    attributes: otherFields(value),
  };
}

function unknown(
  noun: "image" | "category",
  id: number,
  place: RecordPlace,
  problems: ProblemLog,
): null {
  problems.add({
    code: `${noun}/unknown-id`,
    severity: "error",
    ...place,
    message: `"${noun}_id" is ${id}, which is not among the file's ${noun === "image" ? "images" : "categories"}.`,
    action: "skipped",
  });
  return null;
}

function annotationId(value: unknown, place: RecordPlace, problems: ProblemLog): number | null {
  if (value === undefined) {
    problems.addToFile({
      code: "annotation/no-id",
      severity: "info",
      file: place.file,
      record: null,
      message: `Annotations without "id", as ${place.record}. They are kept in file order.`,
      action: "kept",
    });
    return null;
  }
  const id = Number.isSafeInteger(value) ? (value as number) : null;
  if (id === null) {
    problems.add({
      code: "annotation/bad-id",
      severity: "warning",
      ...place,
      message: `"id" is ${shown(value)}; expected a whole number. The annotation is kept without it.`,
      action: "repaired",
    });
  }
  if (id === 0) {
    problems.add({
      code: "annotation/id-zero",
      severity: "info",
      ...place,
      message:
        '"id" is 0. pycocotools never counts such an object as found; Fovea counts it like any other.',
      action: "kept",
    });
  }
  return id;
}

function readArea(
  annotation: JsonObject,
  boxArea: number,
  place: RecordPlace,
  problems: ProblemLog,
): number {
  const area = annotation["area"];
  if (area === undefined || area === null) {
    problems.addToFile({
      code: "annotation/no-area",
      severity: "warning",
      file: place.file,
      record: null,
      message: `Annotations without "area", as ${place.record}. Width times height is taken.`,
      action: "repaired",
    });
    return boxArea;
  }
  if (typeof area !== "number" || !Number.isFinite(area) || area < 0) {
    problems.add({
      code: "annotation/bad-area",
      severity: "warning",
      ...place,
      message: `"area" is ${shown(area)}; expected square pixels. Width times height, ${boxArea}, is taken.`,
      action: "repaired",
    });
    return boxArea;
  }
  // Rounded areas are common and harmless; others move objects between size buckets.
  const differs = Math.abs(area - boxArea) > Math.max(1, boxArea * 0.001);
  if (differs && !hasMask(annotation["segmentation"])) {
    problems.add({
      code: "annotation/area-not-box",
      severity: "warning",
      ...place,
      message: `"area" is ${area} but width times height is ${boxArea}, and there is no mask. Size buckets follow "area".`,
      action: "kept",
    });
  }
  return area;
}

function hasMask(segmentation: unknown): boolean {
  return Array.isArray(segmentation) ? segmentation.length > 0 : isObject(segmentation);
}

function readCrowd(annotation: JsonObject, context: CocoContext, place: RecordPlace): boolean {
  // SODA-D has no such key, on purpose.
  if (annotation["iscrowd"] === undefined && context.flavour === "coco") {
    context.problems.addToFile({
      code: "annotation/no-iscrowd",
      severity: "info",
      file: place.file,
      record: null,
      message: `Annotations without "iscrowd", as ${place.record}. They are read as single objects (0).`,
      action: "repaired",
    });
  }
  return readFlag(annotation["iscrowd"], "iscrowd", place, context.problems);
}

function segmentationText(segmentation: unknown): string | null {
  return hasMask(segmentation) ? JSON.stringify(segmentation) : null;
}

const knownFields = new Set([
  "id",
  "image_id",
  "category_id",
  "bbox",
  "area",
  "iscrowd",
  "ignore",
  "segmentation",
]);

/** Everything else an annotation says, so that an export can write it back. */
function otherFields(annotation: JsonObject): string | null {
  let others: [string, unknown][] | null = null;
  for (const key in annotation) {
    if (knownFields.has(key)) continue;
    others ??= [];
    others.push([key, annotation[key]]);
  }
  return others === null ? null : JSON.stringify(Object.fromEntries(others));
}
