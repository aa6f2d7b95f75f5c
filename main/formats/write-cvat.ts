import type { ExportImage, LabelSet, LabelWriter, Survey } from "./export-records.ts";
import { shapesOf } from "./grouped-shapes.ts";
import type { AnnotationEntry } from "./label-records.ts";
import { attributeLosses, idLosses, patchLosses } from "./loss-words.ts";
import { attributesOf } from "./survey-labels.ts";
import { shapeLosses, unscoredLosses } from "./write-labelme.ts";
import { hasExtent } from "./write-voc.ts";
import { escapeXml } from "./xml-text.ts";

/** Marks of an annotation that are attributes here. */
const marks = new Set(["crowd", "ignore"]);

/** CVAT for images 1.1: one XML. Crowd and ignore are attributes, as all further fields are, whose values become text. */
export const cvatWriter: LabelWriter = {
  pictureFolder: "images",
  single: "annotations.xml",
  refusal: () => (annotation) =>
    hasExtent(annotation) ? null : "boxes without an extent mean nothing to CVAT",
  holdsAttribute: (key) => !marks.has(key),
  losses: (set, survey) => [
    ...shapeLosses(survey, "CVAT"),
    ...unscoredLosses(survey, "CVAT"),
    ...patchLosses(survey, "CVAT"),
    ...attributeLosses(survey, "CVAT"),
    // Images keep their ids.
    ...idLosses({ categories: set.categories, images: [] }, survey, "CVAT", 1),
  ],
  files: (set, survey) => [{ path: "annotations.xml", chunks: () => cvatChunks(set, survey) }],
};

function* cvatChunks(set: LabelSet, survey: Survey): Generator<string> {
  yield `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n      <name>${escapeXml(set.name)}</name>\n      <size>${set.images.length}</size>\n      <mode>annotation</mode>\n      <labels>\n`;
  const declared = marksOf(survey).map(markText).join("");
  for (const { name } of set.categories) {
    yield `        <label>\n          <name>${escapeXml(name)}</name>\n          <attributes>\n${declared}          </attributes>\n        </label>\n`;
  }
  yield "      </labels>\n    </task>\n  </meta>\n";
  const categories = new Map(set.categories.map((category) => [category.sourceId, category]));
  for (const [index, image] of set.images.entries()) {
    let lastGroup = 0;
    const nextGroup = () => (lastGroup += 1);
    let shapes = "";
    for (const annotation of set.annotationsOf(index)) {
      if (!hasExtent(annotation)) continue;
      const { name, role } = categories.get(annotation.categorySourceId)!;
      const ignore = annotation.ignore || role !== "object";
      shapes += shapesText({ ...annotation, ignore }, escapeXml(name), nextGroup);
    }
    yield imageText(image, shapes);
  }
  yield "</annotations>\n";
}

function marksOf({ crowd, ignored, regions, others }: Survey): readonly string[] {
  return [...(crowd > 0 ? ["crowd"] : []), ...(ignored + regions + others > 0 ? ["ignore"] : [])];
}

function markText(name: string): string {
  return `            <attribute>\n              <name>${name}</name>\n              <mutable>False</mutable>\n              <input_type>checkbox</input_type>\n              <default_value>false</default_value>\n              <values>false</values>\n            </attribute>\n`;
}

function imageText({ sourceId, path, width, height }: ExportImage, shapes: string): string {
  const size = width > 0 ? ` width="${width}" height="${height}"` : "";
  return `  <image id="${sourceId}" name="${escapeXml(path)}"${size}>\n${shapes}  </image>\n`;
}

function shapesText(annotation: AnnotationEntry, label: string, nextGroup: () => number): string {
  const { x, y, w, h, crowd, ignore } = annotation;
  const { occluded, z_order: order, ...others } = attributesOf(annotation);
  const isOccluded = occluded === true || occluded === 1 || occluded === "1";
  const kept = {
    ...others,
    ...(occluded === undefined || isOccluded ? {} : { occluded }),
  };
  const entries = Object.entries(kept).filter(([key]) => !marks.has(key));
  const attributes = [
    ...(crowd ? [["crowd", "true"] as const] : []),
    ...(ignore ? [["ignore", "true"] as const] : []),
    ...entries,
  ].map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `      <attribute name="${escapeXml(key)}">${escapeXml(text)}</attribute>\n`;
  });
  const layer =
    typeof order === "string" || typeof order === "number" ? Math.trunc(Number(order)) || 0 : 0;
  return shapesOf(annotation, nextGroup)
    .map(({ polygon, group }) => {
      const tag = polygon === null ? "box" : "polygon";
      const place =
        polygon === null
          ? `xtl="${x}" ytl="${y}" xbr="${x + w}" ybr="${y + h}"`
          : `points="${pointsText(polygon)}"`;
      const inGroup = group === null ? "" : ` group_id="${group}"`;
      return `    <${tag} label="${label}" source="manual" occluded="${isOccluded ? 1 : 0}" ${place} z_order="${layer}"${inGroup}>\n${attributes.join("")}    </${tag}>\n`;
    })
    .join("");
}

/** `x,y;x,y` */
function pointsText(polygon: readonly number[]): string {
  let text = "";
  for (let at = 0; at < polygon.length; at += 2) {
    text += `${at === 0 ? "" : ";"}${polygon[at]!},${polygon[at + 1]!}`;
  }
  return text;
}
