import { stringify } from "yaml";
import type { LabelWriter } from "./export-records.ts";
import { fileStems } from "./file-stems.ts";
import type { AnnotationEntry, CategoryEntry, Size } from "./label-records.ts";
import { areaLosses, attributeLosses, idLosses, maskLosses, patchLosses } from "./loss-words.ts";

/** Readers take numbers beyond this for pixels. */
const FARTHEST = 2;

/**
 * One txt an image, `class cx cy w h` in parts of the picture's size with all the digits a float64 has, and data.yaml. A
 * row can only mean an object that counts, so all else is left out.
 */
export const yoloWriter: LabelWriter = {
  pictureFolder: "images",
  single: null,
  refusal({ categories, images }) {
    fileStems(images, "YOLO", false);
    const classes = classIds(categories);
    return (annotation, size) => {
      if (!classes.has(annotation.categorySourceId)) {
        return "regions and classes that are not scored would become objects in YOLO";
      }
      if (annotation.crowd) return "YOLO has no mark for a crowd, and would count it as one object";
      if (annotation.ignore) return "YOLO has no mark for ignored objects";
      if (annotation.w <= 0 || annotation.h <= 0)
        return "boxes without an extent mean nothing to YOLO";
      if (size.width === 0)
        return "the size of the picture is unknown, and YOLO counts in parts of it";
      const parts = relative(annotation, size);
      if (parts.some((part) => Math.abs(part) > FARTHEST))
        return "the box lies far outside its picture, and would be taken for pixels";
      return null;
    };
  },
  holdsAttribute: () => false,
  losses(set, survey) {
    const objects = set.categories.filter(({ role }) => role === "object");
    return [
      ...patchLosses(survey, "YOLO"),
      ...areaLosses(survey, "YOLO"),
      ...maskLosses(survey.outlines + survey.otherMasks, "YOLO", "lost"),
      ...attributeLosses(survey, "YOLO"),
      ...idLosses({ categories: objects, images: set.images }, survey, "YOLO", 0),
    ];
  },
  *files(set) {
    const classes = classIds(set.categories);
    const stems = fileStems(set.images, "YOLO", false);
    const refuses = yoloWriter.refusal(set);
    const names = set.categories.flatMap(({ name, role }) => (role === "object" ? [name] : []));
    // Without "path", the folder of this file is meant.
    const data = { train: "images", val: "images", names: new Map(names.entries()) };
    yield { path: "data.yaml", chunks: () => [stringify(data, { lineWidth: 0 })] };
    const rows = (index: number) => {
      const image = set.images[index]!;
      return set
        .annotationsOf(index)
        .filter((annotation) => refuses(annotation, image) === null)
        .map((annotation) => {
          const parts = relative(annotation, image).join(" ");
          return `${classes.get(annotation.categorySourceId)!} ${parts}\n`;
        });
    };
    for (const [index, stem] of stems.entries()) {
      yield { path: `labels/${stem}.txt`, chunks: () => rows(index) };
    }
  },
};

/** Numbers from 0, by the dataset's ids, of the classes that are scored. */
function classIds(categories: readonly CategoryEntry[]): ReadonlyMap<number, number> {
  const objects = categories.filter(({ role }) => role === "object");
  return new Map(objects.map(({ sourceId }, id) => [sourceId, id]));
}

/** [cx, cy, w, h] in parts of the picture. */
function relative({ x, y, w, h }: AnnotationEntry, { width, height }: Size): number[] {
  return [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height];
}
