import { AppError } from "../../../shared/domain/app-error.ts";
import { openSource } from "../../files/byte-source.ts";
import {
  type CocoContext,
  type CocoFlavour,
  parseCocoAnnotation,
  parseCocoCategory,
  parseCocoImage,
} from "../../formats/coco.ts";
import { type FoundArray, readJsonArray, readJsonDocument } from "../../formats/json-arrays.ts";
import type { ByteSource } from "../../formats/json-reader.ts";
import type { CategoryEntry, ImageEntry, Size } from "../../formats/label-records.ts";
import type { ProblemLog } from "../../formats/problem-log.ts";
import type { LabelReader, LabelSink, LabelSource, ReadContext } from "./label-source.ts";
import { placeImages } from "./place-images.ts";
import { SeenIds } from "./seen-ids.ts";

export interface CocoHead {
  readonly images: readonly ImageEntry[];
  /** Index of each image in the file. */
  readonly imageIndexes: readonly number[];
  readonly categories: readonly CategoryEntry[];
  readonly annotations: FoundArray | null;
}

/**
 * Reads COCO and SODA-D JSON in two walks: images and categories with a check of the whole file first, then the
 * annotations, so that the three may stand in any order and the largest is never held in memory.
 */
export const readCocoLabels: LabelReader = async (source, context, sink) => {
  const flavour: CocoFlavour = source.format === "soda-d" ? "soda-d" : "coco";
  const bytes = openSource(source.path, source.name, context.problems);
  try {
    const head = readCocoHead(bytes, flavour, context);
    refuseEmpty(head, source);
    notePatches(head, source, context.problems);
    const images = await placeImages(
      head.images,
      source.name,
      (index) => `images[${head.imageIndexes[index]!}]`,
      context,
    );
    for (const category of head.categories) sink.category(category);
    const sizes = new Map<number, Size | null>();
    for (const [done, image] of images.entries()) {
      context.pace.at("Storing images", done, images.length, "images");
      sink.image(image);
      sizes.set(image.sourceId, image.width > 0 ? image : null);
    }
    if (head.annotations === null) return;
    const categoryIds = new Set(head.categories.map(({ sourceId }) => sourceId));
    readAnnotations(bytes, head.annotations, context, sink, {
      file: source.name,
      flavour,
      problems: context.problems,
      imageSize: (id) => sizes.get(id),
      hasCategory: (id) => categoryIds.has(id),
    });
  } finally {
    bytes.close();
  }
};

/** Images, categories and the place of the annotations; the file is checked to its end. */
export function readCocoHead(
  bytes: ByteSource,
  flavour: CocoFlavour,
  { problems, pace }: Pick<ReadContext, "problems" | "pace">,
): CocoHead {
  const file = bytes.name;
  const categories = new Map<number, CategoryEntry>();
  const images = new Map<number, ImageEntry>();
  const imageIndexes: number[] = [];
  const watched = watchProgress(bytes, "Reading images and classes", pace);
  const found = readJsonDocument(watched, problems, (key) => {
    if (key === "categories") {
      return (values, first) => {
        for (const [at, value] of values.entries()) {
          const entry = parseCocoCategory(value, first + at, { file, flavour, problems });
          if (entry === null) continue;
          const record = `categories[${first + at}]`;
          if (categories.has(entry.sourceId)) {
            reportDuplicate("category", entry.sourceId, file, record, problems);
          } else categories.set(entry.sourceId, entry);
        }
      };
    }
    if (key !== "images") return null;
    return (values, first) => {
      for (const [at, value] of values.entries()) {
        const entry = parseCocoImage(value, first + at, { file, problems });
        if (entry === null) continue;
        if (images.has(entry.sourceId)) {
          reportDuplicate("image", entry.sourceId, file, `images[${first + at}]`, problems);
        } else {
          images.set(entry.sourceId, entry);
          imageIndexes.push(first + at);
        }
      }
    };
  });
  refuseNonLists(found.otherKeys, file);
  const arrays = found.arrays.filter(({ key }) => key === "annotations");
  if (arrays.length > 1) {
    throw new AppError(
      "coco/two-annotation-lists",
      `${file} has "annotations" ${arrays.length} times; expected once. Nothing was imported; join the lists.`,
    );
  }
  if (arrays.length === 0) {
    problems.addToFile({
      code: "coco/no-annotations",
      severity: "warning",
      file,
      record: null,
      message:
        'There is no "annotations"; expected a list of objects. The images are taken as unlabelled.',
      action: "kept",
    });
  }
  return {
    images: [...images.values()],
    imageIndexes,
    categories: [...categories.values()],
    annotations: arrays[0] ?? null,
  };
}

/** The same bytes, reporting how far reading has come and stopping when the job is cancelled. */
export function watchProgress(
  bytes: ByteSource,
  phase: string,
  pace: ReadContext["pace"],
): ByteSource {
  return {
    name: bytes.name,
    size: bytes.size,
    read(target, offset, position) {
      pace.at(phase, position, bytes.size, "bytes");
      return bytes.read(target, offset, position);
    },
  };
}

function readAnnotations(
  bytes: ByteSource,
  array: FoundArray,
  { pace, problems }: ReadContext,
  sink: LabelSink,
  coco: CocoContext,
): void {
  const seen = new SeenIds();
  const phase = "Reading annotations";
  readJsonArray(bytes, problems, array, (values, first, offset) => {
    pace.at(phase, offset, bytes.size, "bytes");
    for (const [at, value] of values.entries()) {
      const entry = parseCocoAnnotation(value, first + at, coco);
      if (entry === null) continue;
      if (entry.sourceId !== null && seen.repeats(entry.sourceId)) {
        problems.add({
          code: "annotation/duplicate-id",
          severity: "warning",
          file: coco.file,
          record: `annotations[${first + at}]`,
          message: `The id ${entry.sourceId} came before; expected each once. Both annotations are kept.`,
          action: "kept",
        });
      }
      sink.annotation(entry);
    }
  });
}

function reportDuplicate(
  noun: "image" | "category",
  id: number,
  file: string,
  record: string,
  problems: ProblemLog,
): void {
  problems.add({
    code: `${noun}/duplicate-id`,
    severity: "error",
    file,
    record,
    message: `The id ${id} came before; expected each once. The first is kept.`,
    action: "skipped",
  });
}

function refuseNonLists(keys: readonly string[], file: string): void {
  for (const key of ["images", "categories", "annotations"]) {
    if (!keys.includes(key)) continue;
    throw new AppError(
      "coco/not-a-list",
      `"${key}" in ${file} is not a list; expected [{...}, ...]. Nothing was imported; choose a COCO file of labels.`,
    );
  }
}

function notePatches(head: CocoHead, { name }: LabelSource, problems: ProblemLog): void {
  const patches = head.images.filter(({ attributes }) => attributes !== null).length;
  if (patches === 0) return;
  problems.addToFile(
    {
      code: "soda-d/patches",
      severity: "info",
      file: name,
      record: null,
      message:
        "The images are patches cut from larger ones. Official scores are those of whole images: objects where patches overlap count more than once here.",
      action: "kept",
    },
    patches,
  );
}

function refuseEmpty(head: CocoHead, { name }: LabelSource): void {
  if (head.images.length === 0) {
    throw new AppError(
      "coco/no-images",
      `${name} lists no images that can be used; expected "images" with id and file_name. Choose a COCO file of labels.`,
    );
  }
  if (head.categories.length === 0 && head.annotations !== null) {
    throw new AppError(
      "coco/no-categories",
      `${name} lists no classes; expected "categories" with id and name. Add them to the file and try again.`,
    );
  }
}
