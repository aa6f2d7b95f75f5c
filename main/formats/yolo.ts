import { parse } from "yaml";
import { isObject } from "./json-fields.ts";
import type { ProblemLog } from "./problem-log.ts";

/** One row of a YOLO txt, in parts of the picture's size. */
export interface YoloRow {
  /** Counted from 1. */
  readonly line: number;
  readonly category: number;
  /** Centre and size, 0..1. */
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
  /** Only in predictions. */
  readonly score: number | null;
  /** x and y in turn, 0..1, where the row is a polygon or four corners; its box is their extent. */
  readonly polygon: readonly number[] | null;
}

const FARTHEST = 2;

/**
 * Rows of one YOLO txt: class cx cy w h, with a sixth field the confidence; longer rows are polygons or corners.
 * Rows that cannot be read are skipped and reported. `text` has \n line ends.
 */
export function parseYolo(text: string, file: string, problems: ProblemLog): YoloRow[] {
  const rows: YoloRow[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const skip = (code: string, message: string) => {
      problems.add({
        code,
        severity: "error",
        file,
        record: `line ${at + 1}`,
        message,
        action: "skipped",
      });
    };
    const fields = line.trim().split(/\s+/).map(Number);
    const [category = NaN, ...values] = fields;
    const isPolygon = values.length >= 6 && values.length % 2 === 0;
    if (
      !fields.every(Number.isFinite) ||
      !Number.isInteger(category) ||
      category < 0 ||
      !(values.length === 4 || values.length === 5 || isPolygon)
    ) {
      skip("yolo/bad-row", `"${line.trim().slice(0, 80)}" is not class cx cy w h in numbers.`);
    } else if (
      values.slice(0, isPolygon ? values.length : 4).some((value) => Math.abs(value) > FARTHEST)
    ) {
      skip(
        "yolo/not-normalised",
        `"${line.trim().slice(0, 80)}" looks like pixels; expected parts of the picture's size, 0 to 1.`,
      );
    } else {
      rows.push(
        isPolygon ? polygonRow(at + 1, category, values) : boxRow(at + 1, category, values),
      );
    }
  }
  return rows;
}

function boxRow(line: number, category: number, values: readonly number[]): YoloRow {
  const [cx = 0, cy = 0, w = 0, h = 0, score = null] = values;
  return { line, category, cx, cy, w, h, score, polygon: null };
}

function polygonRow(line: number, category: number, polygon: readonly number[]): YoloRow {
  const xs = polygon.filter((_, index) => index % 2 === 0);
  const ys = polygon.filter((_, index) => index % 2 === 1);
  const left = Math.min(...xs);
  const right = Math.max(...xs);
  const top = Math.min(...ys);
  const bottom = Math.max(...ys);
  return {
    line,
    category,
    cx: (left + right) / 2,
    cy: (top + bottom) / 2,
    w: right - left,
    h: bottom - top,
    score: null,
    polygon,
  };
}

/** An Ultralytics data.yaml. */
export interface YoloData {
  readonly path: string | null;
  /** Folders or list files of pictures, by split. */
  readonly splits: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** By class id; "" where an id has no name. */
  readonly names: readonly string[];
}

const MOST_CLASSES = 100_000;

/** Null where the text is not such a file; a report says why. */
export function parseYoloData(text: string, file: string, problems: ProblemLog): YoloData | null {
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 20 });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    problems.add({
      code: "yolo/bad-yaml",
      severity: "error",
      file,
      record: null,
      message: `The file is not valid YAML: ${reason}`,
      action: "refused",
    });
    return null;
  }
  if (!isObject(data)) return null;
  const names = classNames(data["names"]);
  const splits = ["train", "val", "valid", "test"].flatMap((name) => {
    const value = data[name];
    const paths = (Array.isArray(value) ? value : [value]).filter(
      (path): path is string => typeof path === "string" && path !== "",
    );
    return paths.length === 0 ? [] : [{ name, paths }];
  });
  if (names === null && splits.length === 0) return null;
  const path = data["path"];
  return {
    path: typeof path === "string" && path !== "" ? path : null,
    splits,
    names: names ?? [],
  };
}

/** A list of names, or a map from class id to name. */
function classNames(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) return value.slice(0, MOST_CLASSES).map(String);
  if (!isObject(value)) return null;
  const names: string[] = [];
  for (const [key, name] of Object.entries(value)) {
    const id = Number(key);
    if (Number.isInteger(id) && id >= 0 && id < MOST_CLASSES) names[id] = String(name);
  }
  return Array.from(names, (name: string | undefined) => name ?? "");
}

/** A Darknet obj.data: `key = value` lines. */
export function parseDarknetData(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [key, ...rest] = line.split("=");
    if (key !== undefined && rest.length > 0 && !line.trimStart().startsWith("#")) {
      entries.set(key.trim(), rest.join("=").trim());
    }
  }
  return entries;
}

/** A list of class names, one a line. Empty lines inside count; those at the end do not. */
export function parseNames(text: string): readonly string[] {
  return text
    .replace(/\s+$/, "")
    .split("\n")
    .map((line) => line.trim());
}
