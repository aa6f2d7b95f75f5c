import { openSource } from "../../files/byte-source.ts";
import { parseCocoCategory, parseCocoImage } from "../../formats/coco.ts";
import { type CocoResult, parseCocoResult } from "../../formats/coco-results.ts";
import { type FoundArray, readJsonArray, readJsonDocument } from "../../formats/json-arrays.ts";
import type { RecordPlace } from "../../formats/label-records.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { watchProgress } from "./coco-labels.ts";
import type { PredictionContext, PredictionReader } from "./prediction-source.ts";
import { reportUnknownCategory, reportUnknownImage } from "./prediction-problems.ts";

/** Names that a results file of the long form (with its own images and categories) gives to its ids. */
interface OwnNames {
  readonly images: Map<number, string>;
  readonly categories: Map<number, string>;
}

/**
 * Reads COCO results: a bare list, or an object whose `annotations` carry scores. The long form's own images and
 * categories are matched by name, since its ids need not be those of the labels.
 */
export const readCocoPredictions: PredictionReader = (source, context, table) => {
  const { problems, pace, known } = context;
  const bytes = openSource(source.path, source.name, problems);
  try {
    const own: OwnNames = { images: new Map(), categories: new Map() };
    const { arrays } = readJsonDocument(
      watchProgress(bytes, "Checking predictions", pace),
      problems,
      (key) => ownNamesReader(key, source.name, own, context),
    );
    const list = resultsIn(arrays, source.name);
    const imageIndex = imageLookup(known, own);
    const categoryId = categoryLookup(known, own);
    readJsonArray(bytes, problems, list, (values, first, offset) => {
      pace.at("Reading predictions", offset, bytes.size, "bytes");
      for (const [at, value] of values.entries()) {
        const place: RecordPlace = { file: source.name, record: `${list.key}[${first + at}]` };
        const result = parseCocoResult(value, place, problems);
        if (result === null) continue;
        const image = imageIndex(result.image);
        const category = categoryId(result.categoryId);
        if (image === undefined) reportUnknownImage(result.image, place, problems);
        else if (category === undefined) reportUnknownCategory(result.categoryId, place, problems);
        else table.add(image, category, result.box, result.score);
      }
    });
  } finally {
    bytes.close();
  }
};

/** The list of predictions: the document itself, `annotations` or `predictions`. */
export function resultsIn(found: readonly FoundArray[], file: string): FoundArray {
  const list =
    found.find(({ key }) => key === "") ??
    found.find(({ key }) => key === "annotations") ??
    found.find(({ key }) => key === "predictions");
  if (list === undefined) {
    throw new AppError(
      "predictions/no-list",
      `${file} holds no list of predictions; expected [{image_id, category_id, bbox, score}, ...]. Choose a COCO results file.`,
    );
  }
  return list;
}

function ownNamesReader(key: string, file: string, own: OwnNames, { problems }: PredictionContext) {
  if (key === "images") {
    return (values: readonly unknown[], first: number) => {
      for (const [at, value] of values.entries()) {
        const image = parseCocoImage(value, first + at, { file, problems });
        if (image !== null) own.images.set(image.sourceId, image.fileName);
      }
    };
  }
  if (key === "categories") {
    return (values: readonly unknown[], first: number) => {
      for (const [at, value] of values.entries()) {
        const category = parseCocoCategory(value, first + at, { file, problems, flavour: "coco" });
        if (category !== null) own.categories.set(category.sourceId, category.name);
      }
    };
  }
  return null;
}

function imageLookup(known: PredictionContext["known"], own: OwnNames) {
  return (image: CocoResult["image"]): number | undefined => {
    if (typeof image === "string") return known.imageNamed(image);
    const name = own.images.get(image);
    return (name === undefined ? undefined : known.imageNamed(name)) ?? known.imageWithId(image);
  };
}

function categoryLookup(known: PredictionContext["known"], own: OwnNames) {
  return (categoryId: number): number | undefined => {
    const name = own.categories.get(categoryId);
    const category =
      (name === undefined ? undefined : known.categoryNamed(name)) ??
      known.categoryWithId(categoryId);
    return category?.id;
  };
}
