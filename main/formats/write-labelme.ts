import type { ExportImage, LabelWriter, Survey } from "./export-records.ts";
import { fileStems } from "./file-stems.ts";
import { shapesOf } from "./grouped-shapes.ts";
import { isObject } from "./json-fields.ts";
import type { AnnotationEntry } from "./label-records.ts";
import { annotationsAre, areaLosses, counted, idLosses } from "./loss-words.ts";
import { attributesOf } from "./survey-labels.ts";
import { hasExtent, namesText } from "./write-voc.ts";

/**
 * LabelMe, one JSON an image, to lie beside its picture. Crowd and ignore are flags of a shape; further fields stand under
 * `attributes`, which LabelMe keeps.
 */
export const labelMeWriter: LabelWriter = {
  pictureFolder: "",
  single: null,
  refusal: () => (annotation) =>
    hasExtent(annotation) ? null : "boxes without an extent mean nothing to LabelMe",
  holdsAttribute: () => true,
  losses: (set, survey) => [
    ...shapeLosses(survey, "LabelMe"),
    ...unscoredLosses(survey, "LabelMe"),
    ...idLosses(set, survey, "LabelMe", 1),
  ],
  *files(set) {
    const stems = fileStems(set.images, "LabelMe", true);
    const categories = new Map(set.categories.map((category) => [category.sourceId, category]));
    yield { path: "labels.txt", chunks: () => [namesText(set.categories)] };
    const shapes = (index: number) => {
      let lastGroup = 0;
      const nextGroup = () => (lastGroup += 1);
      return set
        .annotationsOf(index)
        .filter(hasExtent)
        .flatMap((annotation) => {
          const { name, role } = categories.get(annotation.categorySourceId)!;
          const ignore = annotation.ignore || role !== "object";
          return labelMeShapes({ ...annotation, ignore }, name, nextGroup);
        });
    };
    for (const [index, image] of set.images.entries()) {
      yield {
        path: `${stems[index]!}.json`,
        chunks: () => [`${JSON.stringify(fileOf(image, shapes(index)), null, 2)}\n`],
      };
    }
  },
};

/** What rectangles and polygons cannot hold. */
export function shapeLosses(survey: Survey, format: string): string[] {
  const { otherMasks, outlines } = survey;
  const losses = areaLosses(survey, format);
  if (otherMasks > 0) {
    losses.push(
      `${counted(otherMasks, "mask is", "masks are")} left out, as run lengths or outlines that do not fit the box; ${format} takes the box.`,
    );
  }
  if (outlines > 0) {
    losses.push(
      `${counted(outlines, "mask is", "masks are")} written as ${outlines === 1 ? "an outline" : "outlines"}; ${outlines === 1 ? "its area is" : "their areas are"} worked out anew when read back, so size buckets may change a little.`,
    );
  }
  return losses;
}

export function unscoredLosses(survey: Survey, format: string): string[] {
  const { regions, others } = survey;
  if (regions + others === 0) return [];
  return [
    `${annotationsAre(regions + others)} of classes that are not scored; ${format} has no mark for such a class: each is marked as ignored.`,
  ];
}

function fileOf(
  { path, width, height, attributes }: ExportImage,
  shapes: readonly object[],
): object {
  const more: unknown = attributes === null ? {} : JSON.parse(attributes);
  return {
    version: "5.5.0",
    flags: {},
    shapes,
    imagePath: path.slice(path.lastIndexOf("/") + 1),
    imageData: null,
    imageHeight: height > 0 ? height : null,
    imageWidth: width > 0 ? width : null,
    ...(isObject(more) ? more : {}),
  };
}

function labelMeShapes(
  annotation: AnnotationEntry,
  label: string,
  nextGroup: () => number,
): readonly object[] {
  const { x, y, w, h, crowd, ignore } = annotation;
  const { description, ...attributes } = attributesOf(annotation);
  const words = typeof description === "string" ? description : "";
  if (description !== undefined && words === "") Object.assign(attributes, { description });
  return shapesOf(annotation, nextGroup).map(({ polygon, group }) => ({
    label,
    points:
      polygon === null
        ? [
            [x, y],
            [x + w, y + h],
          ]
        : pairs(polygon),
    group_id: group,
    description: words,
    shape_type: polygon === null ? "rectangle" : "polygon",
    flags: { ...(crowd ? { crowd } : {}), ...(ignore ? { ignore } : {}) },
    mask: null,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  }));
}

/** [[x, y], ...] of x, y, x, y, ... */
function pairs(polygon: readonly number[]): number[][] {
  return Array.from({ length: polygon.length / 2 }, (_, at) => [
    polygon[2 * at]!,
    polygon[2 * at + 1]!,
  ]);
}
