import type { LabelSet, LabelWriter } from "./export-records.ts";
import type { CategoryEntry } from "./label-records.ts";
import { annotationsAre, attributeLosses, counted, maskLosses } from "./loss-words.ts";
import { sodaDIgnoreCategory } from "./soda-d.ts";
import { cocoChunks, idLosses, type AnnotationText } from "./write-coco.ts";

/**
 * SODA-D's raw JSON: COCO's without `iscrowd` and masks, with `ignore`, and with category 10 for regions where nothing is
 * scored. "Others" are written as ignored, since the format has no mark for a class that is not scored.
 */
export const sodaDWriter: LabelWriter = {
  pictureFolder: "images",
  single: "annotations.json",
  refusal: () => () => null,
  holdsAttribute: () => false,
  losses(set, survey) {
    const losses = [...idLosses(survey), ...attributeLosses(survey, "SODA-D")];
    const { crowd, outlines, otherMasks, others, regions } = survey;
    if (crowd > 0) {
      losses.push(
        `${annotationsAre(crowd)} marked as crowd; SODA-D has no such mark and its evaluator none to read: written as ordinary objects.`,
      );
    }
    losses.push(...maskLosses(outlines + otherMasks, "SODA-D", "kept"));
    if (others > 0) {
      losses.push(
        `${annotationsAre(others)} of classes that are labelled but not scored: written as ignored.`,
      );
    }
    const ids = sodaDIds(set.categories);
    const moved = set.categories.filter(({ sourceId }) => ids.get(sourceId) !== sourceId).length;
    if (moved > 0) {
      losses.push(
        `${counted(moved, "class gets another id", "classes get other ids")}: 10 stands for ignored regions, and for nothing else.`,
      );
    }
    const regionClasses = set.categories.filter(({ role }) => role === "ignored-region").length;
    if (regionClasses > 1 && regions > 0) {
      losses.push(`${regionClasses} classes of ignored regions become one.`);
    }
    return losses;
  },
  files(set, survey) {
    const ids = sodaDIds(set.categories);
    return [
      {
        path: "annotations.json",
        chunks: () => cocoChunks(withIds(set, ids), survey, annotationText(ids)),
      },
    ];
  },
};

/** Ids by those of the dataset: regions get 10, a class that had it another. */
function sodaDIds(categories: readonly CategoryEntry[]): ReadonlyMap<number, number> {
  const taken = new Set(categories.map(({ sourceId }) => sourceId)).add(sodaDIgnoreCategory);
  let free = 1;
  return new Map(
    categories.map(({ sourceId, role }) => {
      if (role === "ignored-region") return [sourceId, sodaDIgnoreCategory];
      if (sourceId !== sodaDIgnoreCategory) return [sourceId, sourceId];
      while (taken.has(free)) free += 1;
      return [sourceId, free];
    }),
  );
}

/** The set with these categories; roles go, each id once. */
function withIds(set: LabelSet, ids: ReadonlyMap<number, number>): LabelSet {
  const byId = new Map<number, CategoryEntry>();
  for (const { sourceId, name } of set.categories) {
    const id = ids.get(sourceId)!;
    if (!byId.has(id)) byId.set(id, { sourceId: id, name, role: "object" });
  }
  const categories = [...byId.values()].sort((a, b) => a.sourceId - b.sourceId);
  const othersIds = new Set(
    set.categories.flatMap(({ sourceId, role }) => (role === "others" ? [sourceId] : [])),
  );
  return {
    ...set,
    categories,
    annotationsOf: (index) =>
      set
        .annotationsOf(index)
        .map((annotation) =>
          othersIds.has(annotation.categorySourceId) ? { ...annotation, ignore: true } : annotation,
        ),
  };
}

function annotationText(ids: ReadonlyMap<number, number>): AnnotationText {
  return ({ imageSourceId, categorySourceId, x, y, w, h, area, ignore }, id) =>
    `{"id":${id},"image_id":${imageSourceId},"category_id":${ids.get(categorySourceId)!},"bbox":[${x},${y},${w},${h}],"area":${area},"ignore":${ignore ? 1 : 0}}`;
}
