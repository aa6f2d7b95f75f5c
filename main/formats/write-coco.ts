import type { CategoryRole } from "../../shared/domain/records.ts";
import type { ExportImage, LabelSet, LabelWriter, Survey } from "./export-records.ts";
import type { AnnotationEntry } from "./label-records.ts";
import { annotationsAre, attributeLosses } from "./loss-words.ts";
import { attributesOf } from "./survey-labels.ts";

/** Fields of an annotation that mean something of their own; others are written as they are. */
const ownFields = new Set([
  "id",
  "image_id",
  "category_id",
  "bbox",
  "area",
  "iscrowd",
  "ignore",
  "segmentation",
]);

/**
 * COCO instances JSON. Everything is held; where other evaluators would count what is not to be scored, it is marked as
 * crowd. The role of a category is written as `role`, which other programs pass over.
 */
export const cocoWriter: LabelWriter = {
  pictureFolder: "images",
  single: "annotations.json",
  refusal: () => () => null,
  holdsAttribute: (key) => !ownFields.has(key),
  losses(_set, survey) {
    const losses = [...idLosses(survey), ...attributeLosses(survey, "COCO")];
    const { unscoredWithoutCrowd, ignored } = survey;
    if (unscoredWithoutCrowd > 0) {
      losses.push(
        `${annotationsAre(unscoredWithoutCrowd)} of classes that are not scored, such as ignored regions: marked as crowd, so that COCO's evaluators do not count them as objects.`,
      );
    }
    if (ignored > 0) {
      losses.push(
        `${annotationsAre(ignored)} marked as ignored. The mark is written, but pycocotools looks at "iscrowd" alone.`,
      );
    }
    return losses;
  },
  files(set, survey) {
    return [{ path: "annotations.json", chunks: () => cocoChunks(set, survey, annotationText) }];
  },
};

export function idLosses({ withId, unusableIds }: Survey): string[] {
  if (withId === 0 || unusableIds === 0) return [];
  return [
    `${annotationsAre(unusableIds)} without an id, with 0 (which pycocotools takes for none) or with one that came before: they get new ids.`,
  ];
}

export type AnnotationText = (
  annotation: AnnotationEntry,
  id: number,
  role: CategoryRole,
) => string;

/** `{ info, images, categories, annotations }`, an element a line. */
export function* cocoChunks(
  set: LabelSet,
  survey: Survey,
  annotationText: AnnotationText,
): Generator<string> {
  yield `{"info":${JSON.stringify({ description: set.name })},"licenses":[],\n"images":[`;
  for (const [index, image] of set.images.entries()) {
    yield `${index === 0 ? "" : ","}\n${imageText(image)}`;
  }
  const categories = set.categories.map(({ sourceId, name, role }) =>
    JSON.stringify({ id: sourceId, name, ...(role === "object" ? {} : { role }) }),
  );
  yield `\n],\n"categories":[\n${categories.join(",\n")}\n],\n"annotations":[`;
  const roles = new Map(set.categories.map(({ sourceId, role }) => [sourceId, role]));
  const idOf = freshIds(set, survey);
  let before = "\n";
  for (const index of set.images.keys()) {
    let text = "";
    for (const annotation of set.annotationsOf(index)) {
      const role = roles.get(annotation.categorySourceId) ?? "object";
      text += `${before}${annotationText(annotation, idOf(annotation.sourceId), role)}`;
      before = ",\n";
    }
    yield text;
  }
  yield "\n]}\n";
}

function imageText({ sourceId, path, width, height, attributes }: ExportImage): string {
  const size = width > 0 ? { width, height } : {};
  const text = JSON.stringify({ id: sourceId, file_name: path, ...size });
  return attributes === null ? text : join(text, attributes);
}

/** The annotation's id where it can be used, else one that nobody has. */
function freshIds(set: LabelSet, { unusableIds }: Survey): (id: number | null) => number {
  if (unusableIds === 0) return (id) => id!;
  const taken = new Set<number>();
  for (const index of set.images.keys()) {
    for (const { sourceId } of set.annotationsOf(index)) if (sourceId !== null) taken.add(sourceId);
  }
  const given = new Set<number>();
  let next = 1;
  return (id) => {
    if (id !== null && id !== 0 && !given.has(id)) {
      given.add(id);
      return id;
    }
    while (taken.has(next)) next += 1;
    return next++;
  };
}

function annotationText(annotation: AnnotationEntry, id: number, role: CategoryRole): string {
  const { imageSourceId, categorySourceId, x, y, w, h, area, ignore, segmentation } = annotation;
  const crowd = annotation.crowd || role !== "object" ? 1 : 0;
  const text = `{"id":${id},"image_id":${imageSourceId},"category_id":${categorySourceId},"bbox":[${x},${y},${w},${h}],"area":${area},"iscrowd":${crowd}${ignore ? ',"ignore":1' : ""}${segmentation === null ? "" : `,"segmentation":${segmentation}`}}`;
  if (annotation.attributes === null) return text;
  const others = Object.entries(attributesOf(annotation)).filter(
    // VisDrone's score of labels says what "ignore" says, and would make them look like predictions.
    ([key, value]) => !ownFields.has(key) && !(key === "score" && (value === 0 || value === 1)),
  );
  return join(text, JSON.stringify(Object.fromEntries(others)));
}

/** One object of the fields of two, given and returned as JSON. */
function join(object: string, more: string): string {
  return more === "{}" ? object : `${object.slice(0, -1)},${more.slice(1)}`;
}
