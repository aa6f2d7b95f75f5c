import { AppError } from "../../../shared/domain/app-error.ts";
import { json, JsonReader, type ByteSource } from "../json-reader.ts";
import { isId, isObject, shown } from "../json-fields.ts";
import { checkBox, checkId, refuseMissing, type RecordSource } from "./check-record.ts";
import { sharedFloats } from "./read-predictions.ts";
import type { Field } from "./record-scanner.ts";
import { scanRecords, type RecordReader } from "./scan-array.ts";

/** A COCO instances file, ids not yet looked up. */
export interface TruthFile {
  /** [I] ids in file order. */
  readonly imageIds: Float64Array;
  /** [I,2] width, height in pixels; 0 where the file does not say. */
  readonly imageSizes: Float64Array;
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: AnnotationTable;
  readonly annotationCount: number;
  /** Annotations without `area`, which got w*h. */
  readonly withoutArea: number;
  readonly withoutCrowd: number;
  /** Whether an annotation has a mask, whose area need not be w*h. */
  readonly hasMasks: boolean;
}

export interface AnnotationTable {
  /** [N] ids as in the file. */
  readonly imageId: Float64Array;
  readonly categoryId: Float64Array;
  /** [N,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [N] square pixels. */
  readonly area: Float64Array;
  readonly crowd: Uint8Array;
  readonly ignore: Uint8Array;
}

const IMAGE_ID = 0;
const CATEGORY_ID = 1;
const BOX = 2;
const AREA = 6;
const CROWD = 7;
const IGNORE = 8;
const MASK = 9;
const SLOT_COUNT = 10;
/** Of a row: the slots and one place more. */
const WIDTH = SLOT_COUNT + 1;

const annotationFields: readonly Field[] = [
  { key: "image_id", kind: "number", slot: IMAGE_ID },
  { key: "category_id", kind: "number", slot: CATEGORY_ID },
  { key: "bbox", kind: "box", slot: BOX },
  { key: "area", kind: "number", slot: AREA },
  { key: "iscrowd", kind: "flag", slot: CROWD },
  { key: "ignore", kind: "flag", slot: IGNORE },
  { key: "segmentation", kind: "content", slot: MASK },
];
const REQUIRED = (1 << IMAGE_ID) | (1 << CATEGORY_ID) | (1 << BOX);
const SHORTEST_ANNOTATION = '{"image_id":1,"category_id":1,"bbox":[1,1,1,1]},'.length;

const imageFields: readonly Field[] = [
  { key: "id", kind: "number", slot: 0 },
  { key: "width", kind: "number", slot: 1 },
  { key: "height", kind: "number", slot: 2 },
];

/** Reads `images`, `categories` and `annotations`, in whatever order they stand. Throws where one is missing. */
export function readTruthFile(source: ByteSource): TruthFile {
  const found: Partial<Record<"images" | "categories" | "annotations", true>> = {};
  const images = new ImageColumns(source);
  const annotations = new AnnotationColumns(source);
  let categories: TruthFile["categories"] = [];
  let reader = new JsonReader(source);
  openObject(reader, source);
  for (let isFirst = true; !reader.accept(json.closeBrace); isFirst = false) {
    if (!isFirst) reader.expect(json.comma);
    const key = reader.key();
    reader.expect(json.colon);
    reader.where = key;
    if (key === "images" || key === "annotations") {
      reader.expect(json.openBracket);
      const records = key === "images" ? images.reader : annotations.reader;
      const { offset } = scanRecords(source, reader.offset, Infinity, records);
      reader = new JsonReader(source, offset);
    } else if (key === "categories") categories = readCategories(reader, source);
    else reader.skipValue();
    if (key === "images" || key === "annotations" || key === "categories") found[key] = true;
  }
  const rest = reader.peek();
  if (rest !== null) reader.unexpected(rest, "the end of the file");
  for (const key of ["images", "annotations", "categories"] as const)
    if (!found[key]) throw lacks(source, key);
  return { ...images.columns(), categories, ...annotations.columns() };
}

/** Copies row `from` over row `to`. */
export function moveAnnotation(table: AnnotationTable, from: number, to: number): void {
  table.imageId[to] = table.imageId[from]!;
  table.categoryId[to] = table.categoryId[from]!;
  table.area[to] = table.area[from]!;
  table.crowd[to] = table.crowd[from]!;
  table.ignore[to] = table.ignore[from]!;
  table.boxes.copyWithin(4 * to, 4 * from, 4 * from + 4);
}

function openObject(reader: JsonReader, source: ByteSource): void {
  const first = reader.peek();
  if (first === null)
    throw new AppError(
      "file/empty",
      `${source.name} is empty (${source.size} bytes). Choose another file or write it again.`,
    );
  if (first === json.openBracket)
    throw new AppError(
      "file/not-coco",
      `${source.name} is a list, but ground truth is an object with "images", "annotations" and "categories". ` +
        "Is it the predictions file?",
    );
  reader.expect(json.openBrace);
}

function lacks(source: ByteSource, key: string): AppError {
  return new AppError(
    "file/not-coco",
    `${source.name} has no "${key}"; a COCO file has "images", "annotations" and "categories".`,
  );
}

class ImageColumns {
  readonly reader: RecordReader;
  readonly #ids: number[] = [];
  readonly #sizes: number[] = [];

  constructor(source: ByteSource) {
    const from: RecordSource = { file: source.name, array: "images" };
    this.reader = {
      name: from.array,
      fields: imageFields,
      slotCount: 3,
      store: (rows, count, present, first) => {
        if ((present & 1) === 0) refuseMissing(from, first, present, imageFields);
        for (let i = 0, at = 0; i < count; i++, at += 4) {
          checkId(from, first + i, "id", rows[at]!);
          this.#ids.push(rows[at]!);
          this.#sizes.push(present & 2 ? rows[at + 1]! : 0, present & 4 ? rows[at + 2]! : 0);
        }
      },
    };
  }

  columns(): Pick<TruthFile, "imageIds" | "imageSizes"> {
    return { imageIds: Float64Array.from(this.#ids), imageSizes: Float64Array.from(this.#sizes) };
  }
}

class AnnotationColumns {
  readonly reader: RecordReader;
  readonly #table: AnnotationTable;
  readonly #from: RecordSource;
  #count = 0;
  #withoutArea = 0;
  #withoutCrowd = 0;
  #hasMasks = false;

  constructor(source: ByteSource) {
    const capacity = Math.floor(source.size / SHORTEST_ANNOTATION) + 2;
    this.#from = { file: source.name, array: "annotations" };
    this.#table = {
      imageId: sharedFloats(capacity),
      categoryId: sharedFloats(capacity),
      boxes: sharedFloats(4 * capacity),
      area: sharedFloats(capacity),
      crowd: new Uint8Array(new SharedArrayBuffer(capacity)),
      ignore: new Uint8Array(new SharedArrayBuffer(capacity)),
    };
    this.reader = {
      name: this.#from.array,
      fields: annotationFields,
      slotCount: SLOT_COUNT,
      store: (rows, count, present, first) => {
        if ((present & REQUIRED) !== REQUIRED)
          refuseMissing(this.#from, first, present, annotationFields);
        for (let i = 0; i < count; i++) this.#store(rows, i * WIDTH, present, first + i);
      },
    };
  }

  #store(rows: Float64Array, at: number, present: number, row: number): void {
    const from = this.#from;
    const table = this.#table;
    checkId(from, row, "image_id", rows[at + IMAGE_ID]!);
    checkId(from, row, "category_id", rows[at + CATEGORY_ID]!);
    checkBox(from, row, rows, at + BOX);
    const hasArea = (present & (1 << AREA)) !== 0;
    const area = hasArea ? rows[at + AREA]! : rows[at + BOX + 2]! * rows[at + BOX + 3]!;
    if (!(area >= 0)) throw badArea(from, row, area);
    table.imageId[row] = rows[at + IMAGE_ID]!;
    table.categoryId[row] = rows[at + CATEGORY_ID]!;
    table.area[row] = area;
    table.crowd[row] = present & (1 << CROWD) ? rows[at + CROWD]! : 0;
    table.ignore[row] = present & (1 << IGNORE) ? rows[at + IGNORE]! : 0;
    for (let side = 0; side < 4; side++) table.boxes[4 * row + side] = rows[at + BOX + side]!;
    if (!hasArea) this.#withoutArea++;
    if ((present & (1 << CROWD)) === 0) this.#withoutCrowd++;
    if (present & (1 << MASK)) this.#hasMasks = true;
    this.#count = row + 1;
  }

  columns(): Pick<
    TruthFile,
    "annotations" | "annotationCount" | "withoutArea" | "withoutCrowd" | "hasMasks"
  > {
    return {
      annotations: this.#table,
      annotationCount: this.#count,
      withoutArea: this.#withoutArea,
      withoutCrowd: this.#withoutCrowd,
      hasMasks: this.#hasMasks,
    };
  }
}

function badArea({ file, array }: RecordSource, row: number, area: number): AppError {
  return new AppError(
    "record/negative-area",
    `${file}: ${array}[${row}].area is ${area}; expected square pixels, 0 or more. Correct the record and try again.`,
  );
}

function readCategories(reader: JsonReader, source: ByteSource): TruthFile["categories"] {
  const from = reader.keep();
  reader.skipValue();
  const text = reader.kept(from, reader.offset).toString("utf8");
  reader.release();
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "file/not-json",
      `${source.name}: categories at byte ${from} is not valid JSON (${reason}). Repair the file and try again.`,
    );
  }
  if (!Array.isArray(list)) throw lacks(source, "categories");
  return list.map((value: unknown, index) => {
    if (!isObject(value) || !isId(value["id"]))
      throw new AppError(
        "record/wrong-type",
        `${source.name}: categories[${index}] is ${shown(value)}; expected an object with a whole number "id".`,
      );
    const { id, name } = value;
    return { id, name: typeof name === "string" ? name : String(id) };
  });
}
