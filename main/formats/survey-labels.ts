import type { CategoryRole } from "../../shared/domain/records.ts";
import type { LabelSet, LabelWriter, Survey } from "./export-records.ts";
import { isObject } from "./json-fields.ts";
import type { AnnotationEntry } from "./label-records.ts";
import { outlineOf } from "./polygons.ts";

type Counts = {
  -readonly [Key in keyof Survey]: Survey[Key] extends number ? number : Survey[Key];
};

/** Walks over all annotations once and counts what a format may not be able to hold. */
export function surveyLabels(set: LabelSet, writer: LabelWriter): Survey {
  const leftOut = new Map<string, number>();
  const attributes = new Map<string, number>();
  const perCategory = new Map<number, number>();
  const counts: Counts = {
    annotations: 0,
    leftOut,
    crowd: 0,
    ignored: 0,
    regions: 0,
    others: 0,
    unscoredWithoutCrowd: 0,
    unscoredWithoutIgnore: 0,
    betweenPixels: 0,
    outlines: 0,
    otherMasks: 0,
    ownAreas: 0,
    withId: 0,
    unusableIds: 0,
    attributes,
    perCategory,
    patches: set.images.filter(({ attributes }) => attributes !== null).length,
  };
  const roles = new Map(set.categories.map(({ sourceId, role }) => [sourceId, role]));
  const refuses = writer.refusal(set);
  const ids = new Set<number>();
  for (const [index, image] of set.images.entries()) {
    for (const annotation of set.annotationsOf(index)) {
      const reason = refuses(annotation, image);
      if (reason !== null) {
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
        continue;
      }
      countOne(counts, annotation, roles.get(annotation.categorySourceId) ?? "object");
      countId(counts, ids, annotation.sourceId);
      const { categorySourceId } = annotation;
      perCategory.set(categorySourceId, (perCategory.get(categorySourceId) ?? 0) + 1);
      for (const key of attributeKeys(annotation)) {
        if (!writer.holdsAttribute(key)) attributes.set(key, (attributes.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function countOne(counts: Counts, annotation: AnnotationEntry, role: CategoryRole): void {
  const { x, y, w, h, area, crowd, ignore, segmentation } = annotation;
  counts.annotations += 1;
  if (crowd) counts.crowd += 1;
  if (ignore) counts.ignored += 1;
  if (role === "ignored-region") counts.regions += 1;
  if (role === "others") counts.others += 1;
  if (role !== "object" && !crowd) counts.unscoredWithoutCrowd += 1;
  if (role !== "object" && !ignore) counts.unscoredWithoutIgnore += 1;
  if (x < 0 || y < 0 || ![x, y, w, h].every(Number.isInteger)) counts.betweenPixels += 1;
  if (segmentation === null) {
    if (area !== w * h) counts.ownAreas += 1;
  } else if (outlineOf(segmentation, annotation) === null) counts.otherMasks += 1;
  else counts.outlines += 1;
}

function countId(counts: Counts, ids: Set<number>, id: number | null): void {
  if (id !== null) counts.withId += 1;
  if (id === null || id === 0 || ids.has(id)) counts.unusableIds += 1;
  else ids.add(id);
}

/** The further fields of an annotation, parsed. */
export function attributesOf({
  attributes,
}: Pick<AnnotationEntry, "attributes">): Readonly<Record<string, unknown>> {
  if (attributes === null) return {};
  const parsed: unknown = JSON.parse(attributes);
  return isObject(parsed) ? parsed : {};
}

function attributeKeys(annotation: AnnotationEntry): string[] {
  return annotation.attributes === null ? [] : Object.keys(attributesOf(annotation));
}
