import { XMLParser, XMLValidator } from "fast-xml-parser";
import { AppError } from "../../shared/domain/app-error.ts";
import { joinPolygons, type ReadPolygon } from "./grouped-shapes.ts";
import { isObject, shown } from "./json-fields.ts";
import { shapeOf, type ReadShape } from "./labelme.ts";
import { isCoordinate, type Polygon } from "./polygons.ts";
import type { ProblemLog } from "./problem-log.ts";
import { unescapeXml } from "./xml-text.ts";

export interface CvatImage {
  /** null where the file has none that can be used. */
  readonly id: number | null;
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly shapes: readonly ReadShape[];
}

export interface CvatFile {
  /** In the order of the file's list of labels. */
  readonly labels: readonly string[];
  readonly images: readonly CvatImage[];
}

/** Whether the beginning of a file may be CVAT's: for guesses. */
export function looksLikeCvat(head: string): boolean {
  return /<annotations[\s>]/.test(head) && !/<annotation[\s>]/.test(head);
}

/** Order matters, since evaluators break ties by it: shapes of all kinds stay in the order of the file. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
});

/**
 * CVAT for images 1.1. Read image by image, for such a file holds a whole project. Entities are not expanded. Throws
 * `cvat/*` where the file as a whole cannot be used; an image whose XML is broken stops it, too.
 */
export function parseCvat(
  text: string,
  file: string,
  problems: ProblemLog,
  onImage: (done: number) => void = () => undefined,
): CvatFile {
  refuseOthers(text, file);
  const end = text.search(/<image[\s>]/);
  const head = end < 0 ? text : text.slice(0, end);
  const images: CvatImage[] = [];
  for (const block of imageBlocks(text, file)) {
    onImage(images.length);
    const image = parseImage(block, images.length, file, problems);
    if (image !== null) images.push(image);
  }
  return { labels: labelNames(head), images };
}

function refuseOthers(text: string, file: string): void {
  const refuse = (code: string, message: string): never => {
    throw new AppError(code, `${file} ${message}`);
  };
  if (text.trim() === "") refuse("cvat/not-readable", "is empty; expected CVAT XML.");
  if (/<!DOCTYPE/i.test(text))
    refuse("cvat/not-readable", "has a DOCTYPE, which can hide endless text; expected plain XML.");
  if (!/<annotations[\s>]/.test(text))
    refuse("cvat/not-readable", 'has no <annotations>; expected "CVAT for images 1.1".');
  if (/<track[\s>]/.test(text))
    refuse(
      "cvat/video",
      'holds tracks of a video; Fovea reads images. Export the task as "CVAT for images 1.1" and try again.',
    );
  if (!/<\/annotations\s*>\s*$/.test(text))
    refuse("cvat/truncated", "does not end with </annotations>; it was cut off. Export it again.");
}

/** The text of each `<image>`, in order. */
function* imageBlocks(text: string, file: string): Generator<string> {
  // Labels of a task may lie in comments; what is commented out is not meant.
  const plain = text.includes("<!--") ? text.replace(/<!--[\s\S]*?-->/g, "") : text;
  const opening = /<image(?=[\s/>])(?:[^>"']|"[^"]*"|'[^']*')*>/g;
  for (let found = opening.exec(plain); found !== null; found = opening.exec(plain)) {
    if (found[0].endsWith("/>")) {
      yield found[0];
      continue;
    }
    const close = plain.indexOf("</image>", opening.lastIndex);
    if (close < 0) {
      throw new AppError(
        "cvat/truncated",
        `${file} has an <image> that does not end. Export it again.`,
      );
    }
    yield plain.slice(found.index, close + "</image>".length);
    opening.lastIndex = close;
  }
}

function labelNames(head: string): readonly string[] {
  const names: string[] = [];
  for (const [, body] of head.matchAll(/<label>([\s\S]*?)<\/label>/g)) {
    const name = /<name>([^<]*)<\/name>/.exec(body!)?.[1];
    if (name !== undefined && name !== "") names.push(unescapeXml(name));
  }
  return names;
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly unknown[];
}

/** An element as the parser gives it: `{ box: [...], ":@": {...} }`. Null for text. */
function tagOf(node: unknown): Tag | null {
  if (!isObject(node)) return null;
  const name = Object.keys(node).find((key) => key !== ":@" && !key.startsWith("#"));
  if (name === undefined) return null;
  const attributes = isObject(node[":@"]) ? node[":@"] : {};
  const children = node[name];
  return {
    name,
    attributes: new Map(
      Object.entries(attributes).map(([key, value]) => [key, unescapeXml(String(value))]),
    ),
    children: Array.isArray(children) ? children : [],
  };
}

function parseImage(
  block: string,
  index: number,
  file: string,
  problems: ProblemLog,
): CvatImage | null {
  const valid = XMLValidator.validate(block);
  if (valid !== true) {
    throw new AppError(
      "cvat/not-readable",
      `${file}: the XML of image ${index + 1} is broken: ${valid.err.msg} (line ${valid.err.line} of it). Nothing was imported; export it again.`,
    );
  }
  const parsed = parser.parse(block) as unknown;
  const image = Array.isArray(parsed) ? tagOf(parsed[0]) : null;
  const name = image?.attributes.get("name") ?? "";
  if (image === null || name === "") {
    problems.add({
      code: "cvat/no-name",
      severity: "error",
      file,
      record: `image ${index + 1}`,
      message: "The image has no name, so its picture cannot be found.",
      action: "skipped",
    });
    return null;
  }
  const id = Number(image.attributes.get("id") ?? NaN);
  const width = side(image.attributes.get("width"));
  const height = side(image.attributes.get("height"));
  return {
    id: Number.isSafeInteger(id) ? id : null,
    name,
    width: height === null ? null : width,
    height: width === null ? null : height,
    shapes: readShapes(image, name, file, problems),
  };
}

type Read = ReadPolygon<Parameters<typeof shapeOf>[2]>;

function readShapes(
  image: Tag,
  name: string,
  file: string,
  problems: ProblemLog,
): readonly ReadShape[] {
  const read: Read[] = [];
  let count = 0;
  for (const child of image.children) {
    const tag = tagOf(child);
    if (tag === null) continue;
    count += 1;
    const place = { file, record: `image ${name}, <${tag.name}> ${count}` };
    const shape = readShape(tag, place, problems);
    if (shape !== null) read.push(shape);
  }
  return joinPolygons(read).map(({ first: { label, rest }, polygons }) =>
    shapeOf(label, polygons, rest),
  );
}

function readShape(
  tag: Tag,
  place: { readonly file: string; readonly record: string },
  problems: ProblemLog,
): Read | null {
  const { name, attributes } = tag;
  const skip = (code: string, message: string): null => {
    problems.add({ code, severity: "error", ...place, message, action: "skipped" });
    return null;
  };
  if (name !== "box" && name !== "polygon") {
    return skip("cvat/other-shape", `<${name}> is not taken; boxes and polygons are.`);
  }
  const label = attributes.get("label") ?? "";
  if (label === "") return skip("cvat/no-label", `The <${name}> has no label.`);
  if (attributes.get("outside") === "1") {
    return skip("cvat/outside", `The <${name}> is marked as outside the picture.`);
  }
  const polygon =
    name === "box" ? boxPoints(attributes) : polygonPoints(attributes.get("points") ?? "");
  if (polygon === null) {
    const stated = Object.fromEntries(
      ["xtl", "ytl", "xbr", "ybr", "points"].flatMap((key) =>
        attributes.has(key) ? [[key, attributes.get(key)]] : [],
      ),
    );
    return skip(
      "cvat/bad-points",
      `The <${name}> has ${shown(stated)}; expected ${name === "box" ? "finite numbers xtl, ytl, xbr, ybr" : "points x,y;x,y;x,y"}.`,
    );
  }
  const angle = Number(attributes.get("rotation") ?? 0);
  const isTurned = name === "box" && Number.isFinite(angle) && angle % 360 !== 0;
  if (isTurned) {
    problems.add({
      code: "cvat/rotated-box",
      severity: "warning",
      ...place,
      message: `The box is turned by ${angle} degrees. The upright box around it is taken, and its outline kept.`,
      action: "repaired",
    });
  }
  const group = Number(attributes.get("group_id") ?? 0);
  return {
    label,
    group: name === "polygon" && Number.isSafeInteger(group) && group !== 0 ? group : null,
    polygon: isTurned ? turned(polygon, angle) : polygon,
    rest: { ...marksOf(tag), record: place.record, rectangle: name === "box" && !isTurned },
  };
}

/** The corners of a box, which may be given in any order. */
function boxPoints(attributes: ReadonlyMap<string, string>): Polygon | null {
  const read = ["xtl", "ytl", "xbr", "ybr"].map((key) => coordinate(attributes.get(key)));
  const [left, top, right, bottom] = read;
  if (left == null || top == null || right == null || bottom == null) return null;
  return [left, top, right, top, right, bottom, left, bottom];
}

function polygonPoints(text: string): Polygon | null {
  const parts = text.split(/[;,]/).map(coordinate);
  const isWhole = parts.length >= 6 && parts.length % 2 === 0 && !parts.includes(null);
  return isWhole ? (parts as number[]) : null;
}

/** Corners turned clockwise, as y points down, about the middle of the box. Degrees. */
function turned(corners: Polygon, degrees: number): Polygon {
  const middleX = (corners[0]! + corners[4]!) / 2;
  const middleY = (corners[1]! + corners[5]!) / 2;
  const radians = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  return corners.map((_, at) => {
    const dx = corners[at - (at % 2)]! - middleX;
    const dy = corners[at - (at % 2) + 1]! - middleY;
    return at % 2 === 0 ? middleX + dx * cos - dy * sin : middleY + dx * sin + dy * cos;
  });
}

/** Crowd and ignore, and the further attributes of a shape as text. */
function marksOf({ attributes, children }: Tag) {
  const named = new Map<string, string>();
  for (const child of children) {
    const tag = tagOf(child);
    const name = tag?.name === "attribute" ? tag.attributes.get("name") : undefined;
    if (tag !== null && name !== undefined) named.set(name, textOf(tag));
  }
  const isSet = (name: string) => /^(true|1)$/i.test((named.get(name) ?? "").trim());
  const others = [...named].filter(([name]) => name !== "crowd" && name !== "ignore");
  const layer = attributes.get("z_order") ?? "0";
  return {
    crowd: isSet("crowd"),
    ignore: isSet("ignore"),
    attributes: {
      ...Object.fromEntries(others),
      ...(attributes.get("occluded") === "1" ? { occluded: "1" } : {}),
      ...(layer === "0" ? {} : { z_order: layer }),
    },
  };
}

function textOf({ children }: Tag): string {
  return children
    .map((child) => (isObject(child) && typeof child["#text"] === "string" ? child["#text"] : ""))
    .map(unescapeXml)
    .join("");
}

function coordinate(text: string | undefined): number | null {
  const value = finite(text);
  return isCoordinate(value) ? value : null;
}

function finite(text: string | undefined): number | null {
  if (text === undefined || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function side(text: string | undefined): number | null {
  const pixels = finite(text);
  return pixels !== null && Number.isInteger(pixels) && pixels > 0 && pixels < 2 ** 31
    ? pixels
    : null;
}
