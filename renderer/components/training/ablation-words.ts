import type { AblationRow } from "../../../shared/api/training.ts";
import { validationRanges } from "../../../shared/domain/training-fields.ts";

/** A column of the result table: a bucket as measured here, or a metric as the paper prints it. */
export interface AblationColumns {
  /** Labels of the area ranges that some row has a value for, and whether AP50 is there. */
  readonly measured: readonly string[];
  readonly hasAp50: boolean;
  readonly published: readonly string[];
}

export function columnsOf(rows: readonly AblationRow[]): AblationColumns {
  const measured = validationRanges
    .map(({ label }) => label)
    .filter((label) => rows.some(({ ap }) => (ap?.[label] ?? null) !== null));
  const published = [...new Set(rows.flatMap((row) => Object.keys(row.published ?? {})))];
  return { measured, hasAp50: rows.some(({ ap50 }) => ap50 !== null), published };
}

/** Whole numbers from 0, joined by commas, 16 at most and each once; null where the text is anything else. */
export function seedsOf(text: string): readonly number[] | null {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,10}$/.test(part))) return null;
  const seeds = parts.map(Number);
  const fits = seeds.length <= 16 && new Set(seeds).size === seeds.length;
  return fits && seeds.every((seed) => seed < 2 ** 32) ? seeds : null;
}
