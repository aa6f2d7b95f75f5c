import { patchOrigin } from "./coco.ts";
import { isObject, type JsonObject, shown } from "./json-fields.ts";
import { joinPolygons, type ReadPolygon } from "./grouped-shapes.ts";
import { extentOf, isCoordinate, polygonArea, type Polygon } from "./polygons.ts";
import type { ProblemLog } from "./problem-log.ts";

/** An object of a LabelMe or CVAT file. */
export interface ReadShape {
  /** `shapes[3]`, `<box> 4`: for reports. */
  readonly record: string;
  readonly label: string;
  /** xywh pixels. */
  readonly box: readonly [x: number, y: number, w: number, h: number];
  /** null: a rectangle. */
  readonly polygons: readonly Polygon[] | null;
  /** Square pixels. */
  readonly area: number;
  readonly crowd: boolean;
  readonly ignore: boolean;
  /** JSON-ready. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface LabelMeFile {
  /** As in the file, perhaps with the separators of Windows; null where it does not say. */
  readonly imagePath: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** JSON of a SODA-D patch. */
  readonly attributes: string | null;
  readonly shapes: readonly ReadShape[];
}

/** Whether the text may be a LabelMe file: for guesses. */
export function looksLikeLabelMe(text: string): boolean {
  return /"shapes"\s*:\s*\[/.test(text) && /"imagePath"\s*:/.test(text);
}

/**
 * One LabelMe file. Rectangles and polygons are taken, polygons of one label and group as one object; other shapes are
 * reported. Null with a report where the file is no LabelMe JSON.
 */
export function parseLabelMe(text: string, file: string, problems: ProblemLog): LabelMeFile | null {
  const refuse = (message: string): null => {
    problems.add({
      code: "labelme/not-readable",
      severity: "error",
      file,
      record: null,
      message,
      action: "refused",
    });
    return null;
  };
  if (text.trim() === "") return refuse("The file is empty; expected LabelMe JSON.");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return refuse(`The JSON is broken: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const shapes = isObject(document) ? document["shapes"] : undefined;
  if (!isObject(document) || !Array.isArray(shapes)) {
    return refuse('There is no list "shapes"; expected LabelMe JSON.');
  }
  const width = side(document["imageWidth"]);
  const height = side(document["imageHeight"]);
  const path = document["imagePath"];
  return {
    imagePath: typeof path === "string" && path !== "" ? path : null,
    width: height === null ? null : width,
    height: width === null ? null : height,
    attributes: patchOrigin(document),
    shapes: readShapes(shapes, file, problems),
  };
}

interface Rest {
  readonly record: string;
  readonly crowd: boolean;
  readonly ignore: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly rectangle: boolean;
}

function readShapes(
  values: readonly unknown[],
  file: string,
  problems: ProblemLog,
): readonly ReadShape[] {
  const read = values.flatMap((value, index) => {
    const shape = readShape(value, { file, record: `shapes[${index}]` }, problems);
    return shape === null ? [] : [shape];
  });
  return joinPolygons(read).map(({ first: { label, rest }, polygons }) =>
    shapeOf(label, polygons, rest),
  );
}

/** The object of these polygons; of a rectangle's corners where `rectangle`. */
export function shapeOf(label: string, polygons: readonly Polygon[], rest: Rest): ReadShape {
  const { x, y, w, h } = extentOf(polygons);
  const { rectangle, ...others } = rest;
  return {
    label,
    box: [x, y, w, h],
    polygons: rectangle ? null : polygons,
    area: rectangle ? w * h : polygonArea(polygons),
    ...others,
  };
}

function readShape(
  value: unknown,
  place: { readonly file: string; readonly record: string },
  problems: ProblemLog,
): ReadPolygon<Rest> | null {
  const skip = (code: string, message: string): null => {
    problems.add({ code, severity: "error", ...place, message, action: "skipped" });
    return null;
  };
  if (!isObject(value))
    return skip("labelme/bad-shape", `The shape is ${shown(value)}; expected an object.`);
  const { label, shape_type: type = "polygon" } = value;
  if (typeof label !== "string" || label === "") {
    return skip("labelme/no-label", `"label" is ${shown(label)}; expected the name of a class.`);
  }
  const rectangle = type === "rectangle";
  if (!rectangle && type !== "polygon" && type !== "oriented_rectangle") {
    return skip(
      "labelme/other-shape",
      `The shape is a ${shown(type)}; rectangles and polygons are taken.`,
    );
  }
  const points = readPoints(value["points"]);
  // Newer files may give a rectangle all four corners.
  const isEnough = points !== null && (rectangle ? points.length >= 4 : points.length >= 6);
  if (!isEnough) {
    return skip(
      "labelme/bad-points",
      `"points" is ${shown(value["points"])}; expected ${rectangle ? "two" : "three or more"} pairs of finite numbers.`,
    );
  }
  return {
    label,
    group: rectangle || !Number.isInteger(value["group_id"]) ? null : (value["group_id"] as number),
    polygon: points,
    rest: { ...marksOf(value), record: place.record, rectangle },
  };
}

function readPoints(value: unknown): Polygon | null {
  if (!Array.isArray(value)) return null;
  const isPoint = (point: unknown): point is readonly [number, number] =>
    Array.isArray(point) && point.length === 2 && point.every(isCoordinate);
  return value.every(isPoint) ? value.flat() : null;
}

/** Crowd and ignore from flags, and what else a shape says. */
function marksOf(shape: JsonObject): Pick<Rest, "crowd" | "ignore" | "attributes"> {
  const flags = isObject(shape["flags"]) ? shape["flags"] : {};
  const { crowd, ignore, ...others } = flags;
  const described = shape["description"];
  const more = shape["attributes"];
  return {
    crowd: crowd === true,
    ignore: ignore === true || shape["difficult"] === true,
    attributes: {
      ...(isObject(more) ? more : {}),
      ...(typeof described === "string" && described !== "" ? { description: described } : {}),
      ...(Object.keys(others).length > 0 ? { flags: others } : {}),
    },
  };
}

function side(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 31
    ? value
    : null;
}
