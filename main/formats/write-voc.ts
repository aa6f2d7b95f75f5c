import type { ExportImage, LabelWriter } from "./export-records.ts";
import { fileStems } from "./file-stems.ts";
import { isObject } from "./json-fields.ts";
import type { AnnotationEntry, CategoryEntry } from "./label-records.ts";
import {
  annotationsAre,
  areaLosses,
  attributeLosses,
  counted,
  idLosses,
  maskLosses,
  patchLosses,
} from "./loss-words.ts";
import { attributesOf } from "./survey-labels.ts";
import { escapeXml } from "./xml-text.ts";

/** Tags that a reader of these files takes for something of its own. */
const ownTags = new Set(["name", "bndbox", "difficult"]);

/**
 * Pascal VOC, one XML an image. Where every box is whole pixels, they are counted from 1 with both ends in, as the original
 * files do; else corners are edges counted from 0, each written with a decimal point, which tells readers so.
 */
export const vocWriter: LabelWriter = {
  pictureFolder: "JPEGImages",
  single: null,
  refusal: () => (annotation) =>
    hasExtent(annotation) ? null : "boxes without an extent mean nothing to Pascal VOC",
  holdsAttribute: (key) => isTag(key) || key === "difficult",
  losses(set, survey) {
    const { crowd, unscoredWithoutIgnore, betweenPixels } = survey;
    const losses: string[] = [];
    if (crowd > 0) {
      losses.push(
        `${annotationsAre(crowd)} marked as crowd; Pascal VOC has no such mark: written as "difficult", which its evaluators do not count.`,
      );
    }
    if (unscoredWithoutIgnore > 0) {
      losses.push(
        `${annotationsAre(unscoredWithoutIgnore)} of classes that are not scored: written as "difficult".`,
      );
    }
    if (survey.regions + survey.others > 0) {
      losses.push("Classes that are not scored become classes like the others.");
    }
    if (betweenPixels > 0) {
      losses.push(
        `${counted(betweenPixels, "box lies", "boxes lie")} between pixels or beyond the first: all corners are written as edges counted from 0, with decimals. Programs that count from 1, as the original files do, see them one pixel off.`,
      );
    }
    losses.push(
      ...patchLosses(survey, "Pascal VOC"),
      ...areaLosses(survey, "Pascal VOC"),
      ...maskLosses(survey.outlines + survey.otherMasks, "Pascal VOC", "lost"),
      ...attributeLosses(survey, "Pascal VOC"),
      ...idLosses(set, survey, "Pascal VOC", 1),
    );
    return losses;
  },
  *files(set, survey) {
    const stems = fileStems(set.images, "Pascal VOC", true);
    const names = new Map(set.categories.map(({ sourceId, name }) => [sourceId, name]));
    const unscored = new Set(
      set.categories.flatMap(({ sourceId, role }) => (role === "object" ? [] : [sourceId])),
    );
    yield { path: "labels.txt", chunks: () => [namesText(set.categories)] };
    const objects = (index: number) =>
      set
        .annotationsOf(index)
        .filter(hasExtent)
        .map((annotation) => {
          const { categorySourceId, crowd, ignore } = annotation;
          return objectText(annotation, {
            name: names.get(categorySourceId) ?? "",
            difficult: crowd || ignore || unscored.has(categorySourceId),
            fromOne: survey.betweenPixels === 0,
          });
        })
        .join("");
    for (const [index, image] of set.images.entries()) {
      yield {
        path: `Annotations/${stems[index]!}.xml`,
        chunks: () => [fileText(image, objects(index))],
      };
    }
  },
};

/** One name a line, as `labels.txt` and the like have it. */
export function namesText(categories: readonly CategoryEntry[]): string {
  return categories.map(({ name }) => `${name.replaceAll(/[\r\n]+/g, " ")}\n`).join("");
}

/** Corners a float64 can tell apart. */
export function hasExtent({ x, y, w, h }: AnnotationEntry): boolean {
  return w > 0 && h > 0 && x + w > x && y + h > y;
}

function fileText({ path, width, height }: ExportImage, objects: string): string {
  const slash = path.lastIndexOf("/");
  const folder = slash < 0 ? "JPEGImages" : path.slice(0, slash);
  const size =
    width > 0
      ? `\t<size>\n\t\t<width>${width}</width>\n\t\t<height>${height}</height>\n\t\t<depth>3</depth>\n\t</size>\n`
      : "";
  return `<annotation>\n\t<folder>${escapeXml(folder)}</folder>\n\t<filename>${escapeXml(path)}</filename>\n${size}\t<segmented>0</segmented>\n${objects}</annotation>\n`;
}

interface ObjectWords {
  readonly name: string;
  readonly difficult: boolean;
  readonly fromOne: boolean;
}

function objectText(annotation: AnnotationEntry, words: ObjectWords): string {
  const { x, y, w, h } = annotation;
  const corners = words.fromOne
    ? [x + 1, y + 1, x + w, y + h].map(String)
    : [x, y, x + w, y + h].map(withPoint);
  const [xmin, ymin, xmax, ymax] = corners;
  const tags = Object.entries(attributesOf(annotation)).map(([key, value]) =>
    isTag(key) ? tagText(key, value, 0) : "",
  );
  return `\t<object>\n\t\t<name>${escapeXml(words.name)}</name>\n${tags.join("")}\t\t<difficult>${words.difficult ? 1 : 0}</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>${xmin}</xmin>\n\t\t\t<ymin>${ymin}</ymin>\n\t\t\t<xmax>${xmax}</xmax>\n\t\t\t<ymax>${ymax}</ymax>\n\t\t</bndbox>\n\t</object>\n`;
}

function withPoint(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

/** Names that the reader's parser refuses, since they would touch prototypes. */
const refusedTags =
  /^(xml.*|__.*|constructor|prototype|hasownproperty|tostring|valueof|tolocalestring|isprototypeof|propertyisenumerable)$/i;

function isTag(key: string): boolean {
  return /^[A-Za-z_][\w.-]{0,60}$/.test(key) && !ownTags.has(key) && !refusedTags.test(key);
}

const DEEPEST = 4;

/** A tag of text, of tags, or repeated; null and what lies too deep is left out. */
function tagText(key: string, value: unknown, depth: number): string {
  if (value === null || depth > DEEPEST) return "";
  if (Array.isArray(value)) return value.map((one) => tagText(key, one, depth + 1)).join("");
  const inside = isObject(value)
    ? Object.entries(value).map(([name, part]) =>
        isNested(name) ? tagText(name, part, depth + 1) : "",
      )
    : [escapeXml(String(value))];
  return `\t\t<${key}>${inside.join("")}</${key}>\n`;
}

/** Inside another tag, a name or a box means nothing of its own. */
function isNested(key: string): boolean {
  return isTag(key) || ownTags.has(key);
}
