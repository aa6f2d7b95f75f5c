import { AppError } from "../../shared/domain/app-error.ts";
import type { LabelSet, LabelWriter } from "./export-records.ts";
import { fileStems } from "./file-stems.ts";
import type { AnnotationEntry, CategoryEntry } from "./label-records.ts";
import {
  areaLosses,
  attributeLosses,
  counted,
  idLosses,
  maskLosses,
  patchLosses,
} from "./loss-words.ts";
import { attributesOf } from "./survey-labels.ts";
import { visDroneCategories } from "./visdrone.ts";

const unknownClass = "VisDrone has no such class";
const held = new Set(["score", "truncation", "occlusion"]);

/**
 * One txt an image: left,top,width,height,score,category,truncation,occlusion. Numbers are never rounded: VisDrone's own
 * files hold whole pixels, its toolkit reads any number.
 */
export const visDroneWriter: LabelWriter = {
  pictureFolder: "images",
  single: null,
  refusal({ categories, images }) {
    const { ids } = visDroneIds(categories);
    fileStems(images, "VisDrone", false);
    return ({ categorySourceId, crowd }) => {
      if (!ids.has(categorySourceId)) return unknownClass;
      return crowd ? "VisDrone has no mark for a crowd, and would count it as one object" : null;
    };
  },
  holdsAttribute: (key) => held.has(key),
  losses(set, survey) {
    const { ids, renamed } = visDroneIds(set.categories);
    const losses = [...patchLosses(survey, "VisDrone"), ...areaLosses(survey, "VisDrone")];
    const left = set.categories.filter(({ sourceId }) => !ids.has(sourceId));
    if (left.length > 0) {
      losses.push(
        `VisDrone has its own ten classes. It has none called ${left
          .slice(0, 6)
          .map(({ name }) => `"${name}"`)
          .join(", ")}${left.length > 6 ? ` and ${left.length - 6} more` : ""}.`,
      );
    }
    for (const { name, id } of renamed) {
      losses.push(`Class "${name}" is written as ${id}, which VisDrone calls "${nameOf(id)}".`);
    }
    if (survey.unscoredWithoutIgnore > 0) {
      losses.push(
        `${counted(survey.unscoredWithoutIgnore, "ignored region or other is", "ignored regions or others are")} written with score 0, as VisDrone does.`,
      );
    }
    if (survey.betweenPixels > 0) {
      losses.push(
        `${counted(survey.betweenPixels, "box lies", "boxes lie")} between pixels and ${survey.betweenPixels === 1 ? "is" : "are"} written with decimals. VisDrone's toolkit reads them; programs that expect whole numbers may not.`,
      );
    }
    losses.push(...maskLosses(survey.outlines + survey.otherMasks, "VisDrone", "lost"));
    losses.push(...attributeLosses(survey, "VisDrone"), ...idLosses(set, survey, "VisDrone", null));
    return losses;
  },
  *files(set) {
    const { ids } = visDroneIds(set.categories);
    const roles = new Map(set.categories.map(({ sourceId, role }) => [sourceId, role]));
    const stems = fileStems(set.images, "VisDrone", false);
    const refuses = visDroneWriter.refusal(set);
    const rows = (index: number) =>
      set
        .annotationsOf(index)
        .filter((annotation) => refuses(annotation, set.images[index]!) === null)
        .map((annotation) => {
          const { categorySourceId } = annotation;
          const isObject = roles.get(categorySourceId) === "object";
          return rowText(annotation, ids.get(categorySourceId)!, isObject);
        });
    for (const [index, stem] of stems.entries()) {
      yield { path: `annotations/${stem}.txt`, chunks: () => rows(index) };
    }
  },
};

function rowText(annotation: AnnotationEntry, id: number, isObject: boolean): string {
  const { x, y, w, h, ignore } = annotation;
  const { truncation, occlusion } = attributesOf(annotation);
  const level = (value: unknown) =>
    typeof value === "number" && Number.isFinite(value) ? value : 0;
  const score = ignore || !isObject ? 0 : 1;
  return `${x},${y},${w},${h},${score},${id},${level(truncation)},${level(occlusion)}\n`;
}

function nameOf(id: number): string {
  return visDroneCategories.find((category) => category.id === id)?.name ?? String(id);
}

/** VisDrone's ids by those of the dataset. */
export interface VisDroneIds {
  readonly ids: ReadonlyMap<number, number>;
  /** Classes that get the number of another. */
  readonly renamed: readonly { readonly name: string; readonly id: number }[];
}

/**
 * Classes keep the number that VisDrone gives their name; others are left out. Where not one name is VisDrone's, up to ten
 * classes are numbered in order. Throws `export/no-class-fits` where there are more.
 */
export function visDroneIds(categories: LabelSet["categories"]): VisDroneIds {
  const normal = (name: string) =>
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, " ");
  const known = new Map(visDroneCategories.map(({ id, name }) => [normal(name), id]));
  const ids = new Map<number, number>();
  const taken = new Set<number>();
  const give = ({ sourceId }: CategoryEntry, id: number | undefined) => {
    // Two classes of one name: the second would be taken for the first.
    if (id === undefined || taken.has(id)) return;
    ids.set(sourceId, id);
    taken.add(id);
  };
  const objects = categories.filter(({ role }) => role === "object");
  for (const category of objects) {
    const id = known.get(normal(category.name));
    if (id !== undefined && id >= 1 && id <= 10) give(category, id);
  }
  const renamed: { name: string; id: number }[] = [];
  if (ids.size === 0 && objects.length > 10) {
    throw new AppError(
      "export/no-class-fits",
      `VisDrone has its own ten classes, and not one of the ${objects.length} classes here has a name of theirs. Rename classes, or choose another format.`,
    );
  }
  if (ids.size === 0) {
    for (const [at, category] of objects.entries()) {
      give(category, at + 1);
      renamed.push({ name: category.name, id: at + 1 });
    }
  }
  for (const { sourceId, role } of categories) {
    if (role === "ignored-region") ids.set(sourceId, 0);
    else if (role === "others") ids.set(sourceId, 11);
  }
  return { ids, renamed };
}
