import type { RecordPlace } from "./label-records.ts";
import type { ProblemLog } from "./problem-log.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a message shows it, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    text = String(value);
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/** A whole number; text that holds one is taken and reported as repaired. Null where it is neither. */
export function readId(
  value: unknown,
  field: string,
  place: RecordPlace,
  problems: ProblemLog,
): number | null {
  if (isId(value)) return value;
  if (typeof value === "string" && /^-?\d{1,15}$/.test(value.trim())) {
    problems.addToFile({
      code: "record/id-as-text",
      severity: "info",
      file: place.file,
      record: null,
      message: `"${field}" is text, as in ${place.record}: ${shown(value)}; expected a whole number. It was read as one.`,
      action: "repaired",
    });
    return Number(value);
  }
  reportWrongType(value, field, "a whole number", place, problems);
  return null;
}

export function reportWrongType(
  value: unknown,
  field: string,
  expected: string,
  place: RecordPlace,
  problems: ProblemLog,
): void {
  problems.add({
    code: value === undefined ? "record/missing-field" : "record/wrong-type",
    severity: "error",
    ...place,
    message: `"${field}" is ${shown(value)}; expected ${expected}.`,
    action: "skipped",
  });
}

/** Four finite numbers [x, y, w, h], or null with a report. */
export function readBox(
  value: unknown,
  place: RecordPlace,
  problems: ProblemLog,
): readonly [number, number, number, number] | null {
  if (
    Array.isArray(value) &&
    value.length === 4 &&
    value.every((part) => typeof part === "number" && Number.isFinite(part))
  ) {
    return value as unknown as readonly [number, number, number, number];
  }
  reportWrongType(value, "bbox", "four finite numbers [x, y, width, height]", place, problems);
  return null;
}

/** 0, 1, true or false as a flag; anything else is reported and read as false. */
export function readFlag(
  value: unknown,
  field: string,
  place: RecordPlace,
  problems: ProblemLog,
): boolean {
  if (value === undefined || value === null || value === 0 || value === false) return false;
  if (value === 1 || value === true) return true;
  problems.add({
    code: "record/bad-flag",
    severity: "warning",
    ...place,
    message: `"${field}" is ${shown(value)}; expected 0 or 1. It was read as 0.`,
    action: "repaired",
  });
  return false;
}
