import { AppError } from "../../../shared/domain/app-error.ts";
import { quoteNonNumbers } from "../json-arrays.ts";
import { isObject, shown } from "../json-fields.ts";
import { JsonReader, type ByteSource } from "../json-reader.ts";
import type { Field, RecordScanner } from "./record-scanner.ts";

/**
 * Reads the record at `offset` as real JSON and puts its fields into `scanner`. `where` is its name in messages:
 * `annotations[17]`. Returns the place after the record. Throws an AppError that tells what is wrong with it.
 */
export function readStrictly(
  source: ByteSource,
  offset: number,
  where: string,
  fields: readonly Field[],
  scanner: RecordScanner,
): number {
  const reader = new JsonReader(source, offset);
  reader.where = where;
  const from = reader.keep();
  reader.skipValue();
  const end = reader.offset;
  const record = parse(reader.kept(from, end).toString("utf8"), source.name, where, from);
  if (!isObject(record)) throw wrongType(source.name, where, record, "an object with fields");
  scanner.present = 0;
  for (const field of fields) place(record[field.key], field, source.name, where, scanner);
  return end;
}

function parse(text: string, file: string, where: string, offset: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    try {
      // NaN and Infinity, which some writers leave, become text: the field is told then, not the file.
      return JSON.parse(quoteNonNumbers(text)) as unknown;
    } catch {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError(
        "file/not-json",
        `${file}: ${where} at byte ${offset} is not valid JSON (${reason}). Repair the file and try again.`,
      );
    }
  }
}

function place(
  value: unknown,
  { key, kind, slot }: Field,
  file: string,
  where: string,
  scanner: RecordScanner,
): void {
  // A field that is missing is told by whoever needs it.
  if (value === undefined) return;
  const name = `${where}.${key}`;
  if (kind === "box") {
    const isBox = Array.isArray(value) && value.length === 4 && value.every(Number.isFinite);
    if (!isBox) throw wrongType(file, name, value, "four finite numbers [x, y, width, height]");
    scanner.values.set(value as number[], slot);
  } else if (kind === "content") {
    if (shown(value).length <= 2 || value === null) return;
  } else if (kind === "flag") {
    if (value === null) return;
    const flag = Number(value);
    const isFlag =
      typeof value === "boolean" || (typeof value === "number" && flag * (flag - 1) === 0);
    if (!isFlag) throw wrongType(file, name, value, "0 or 1");
    scanner.values[slot] = flag;
  } else {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw wrongType(file, name, value, "a finite number");
    scanner.values[slot] = value;
  }
  scanner.present |= 1 << slot;
}

function wrongType(file: string, name: string, value: unknown, expected: string): AppError {
  return new AppError(
    "record/wrong-type",
    `${file}: ${name} is ${shown(value)}; expected ${expected}. Correct the record and try again.`,
  );
}
