import { XMLParser, XMLValidator } from "fast-xml-parser";
import { isObject, type JsonObject, shown } from "./json-fields.ts";
import type { ProblemLog } from "./problem-log.ts";
import { unescapeXml } from "./xml-text.ts";

export interface VocObject {
  /** Counted from 0, as in the file. */
  readonly index: number;
  readonly name: string;
  /** As in the file; the offset is the reader's business. */
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
  readonly difficult: boolean;
  /** pose, truncated, occluded, ... as text; JSON-ready. Not `difficult`. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface VocFile {
  /** null where the file does not say. */
  readonly fileName: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly objects: readonly VocObject[];
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: false,
  isArray: (name) => name === "object",
});

/**
 * One Pascal VOC file. Entities are not expanded and a DOCTYPE is refused. Null with a report where the file is no
 * VOC XML; objects that cannot be read are skipped and reported.
 */
export function parseVoc(text: string, file: string, problems: ProblemLog): VocFile | null {
  const refuse = (message: string): null => {
    problems.add({
      code: "voc/not-readable",
      severity: "error",
      file,
      record: null,
      message,
      action: "refused",
    });
    return null;
  };
  if (text.trim() === "") return refuse("The file is empty; expected Pascal VOC XML.");
  if (/<!DOCTYPE/i.test(text)) {
    return refuse("The file has a DOCTYPE, which can hide endless text; expected plain XML.");
  }
  const valid = XMLValidator.validate(text);
  if (valid !== true)
    return refuse(`The XML is broken: ${valid.err.msg} (line ${valid.err.line}).`);
  let document: unknown;
  try {
    document = parser.parse(text);
  } catch (error) {
    // The parser itself refuses endless nesting and names that would touch prototypes.
    return refuse(`The XML is refused: ${error instanceof Error ? error.message : String(error)}`);
  }
  const annotation = isObject(document) ? document["annotation"] : undefined;
  if (!isObject(annotation)) {
    return annotation === ""
      ? { fileName: null, width: null, height: null, objects: [] }
      : refuse("There is no <annotation>; expected Pascal VOC XML.");
  }
  const size = isObject(annotation["size"]) ? annotation["size"] : {};
  const width = side(size["width"]);
  const height = side(size["height"]);
  const objects = Array.isArray(annotation["object"]) ? annotation["object"] : [];
  return {
    fileName: textOf(annotation["filename"]),
    width: width !== null && height !== null ? width : null,
    height: width !== null && height !== null ? height : null,
    objects: objects.flatMap((object, index) => {
      const read = parseObject(object, index, file, problems);
      return read === null ? [] : [read];
    }),
  };
}

/** The edges that boxes begin and end at, as far as they tell how pixels are counted: quick, without parsing. */
export function vocEdges(text: string): readonly number[] {
  const edges: number[] = [];
  for (const [, edge] of text.matchAll(/<(?:[xy](?:min|max))>\s*([^<\s]+)\s*</g)) {
    const value = Number(edge);
    // `11.0` is written by programs that count edges, from 0.
    if (value < 1 || !Number.isInteger(value) || edge!.includes(".")) edges.push(value);
  }
  return edges;
}

/** 0 where any box starts at 0, lies between pixels or has a decimal point; else 1, as the original files count. */
export function guessVocOffset(edges: readonly number[]): 0 | 1 {
  return edges.some((edge) => Number.isFinite(edge)) ? 0 : 1;
}

function parseObject(
  object: unknown,
  index: number,
  file: string,
  problems: ProblemLog,
): VocObject | null {
  const skip = (code: string, message: string): null => {
    problems.add({
      code,
      severity: "error",
      file,
      record: `object ${index + 1}`,
      message,
      action: "skipped",
    });
    return null;
  };
  if (!isObject(object)) return skip("voc/bad-object", "The object is empty.");
  const name = textOf(object["name"]);
  if (name === null) return skip("voc/no-name", "The object has no <name>.");
  const box = object["bndbox"];
  if (!isObject(box)) return skip("voc/no-box", "The object has no <bndbox>.");
  const [xmin, ymin, xmax, ymax] = ["xmin", "ymin", "xmax", "ymax"].map((key) => number(box[key]));
  if (xmin == null || ymin == null || xmax == null || ymax == null) {
    return skip(
      "voc/bad-box",
      `The box is ${shown(box)}; expected four finite numbers xmin, ymin, xmax, ymax.`,
    );
  }
  return {
    index,
    name,
    xmin,
    ymin,
    xmax,
    ymax,
    difficult: textOf(object["difficult"]) === "1",
    attributes: otherTags(object),
  };
}

const ownTags = new Set(["name", "bndbox", "difficult"]);

function otherTags(object: JsonObject): Readonly<Record<string, unknown>> {
  const tags = Object.entries(object).filter(([key, value]) => !ownTags.has(key) && value !== "");
  return Object.fromEntries(tags.map(([key, value]) => [key, unescaped(value)]));
}

function unescaped(value: unknown): unknown {
  if (typeof value === "string") return unescapeXml(value);
  if (Array.isArray(value)) return value.map(unescaped);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unescaped(part)]));
}

function side(value: unknown): number | null {
  const pixels = number(value);
  return pixels !== null && pixels > 0 && pixels < 2 ** 31 ? Math.round(pixels) : null;
}

function number(value: unknown): number | null {
  const text = textOf(value);
  if (text === null) return null;
  const read = Number(text);
  return Number.isFinite(read) ? read : null;
}

/** Text of a tag, or null where it is empty or not plain text. */
function textOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" ? null : unescapeXml(text);
}
