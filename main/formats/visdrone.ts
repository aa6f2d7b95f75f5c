import type { CategoryRole } from "../../shared/domain/records.ts";
import type { ProblemLog } from "./problem-log.ts";

/** The categories of VisDrone-DET; 0 marks regions where nothing is scored, 11 is labelled but never scored. */
export const visDroneCategories: readonly {
  readonly id: number;
  readonly name: string;
  readonly role: CategoryRole;
}[] = [
  { id: 0, name: "ignored regions", role: "ignored-region" },
  { id: 1, name: "pedestrian", role: "object" },
  { id: 2, name: "people", role: "object" },
  { id: 3, name: "bicycle", role: "object" },
  { id: 4, name: "car", role: "object" },
  { id: 5, name: "van", role: "object" },
  { id: 6, name: "truck", role: "object" },
  { id: 7, name: "tricycle", role: "object" },
  { id: 8, name: "awning-tricycle", role: "object" },
  { id: 9, name: "bus", role: "object" },
  { id: 10, name: "motor", role: "object" },
  { id: 11, name: "others", role: "others" },
];

/** One row: left,top,width,height,score,category,truncation,occlusion. Pixels. */
export interface VisDroneRow {
  /** Counted from 1. */
  readonly line: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Labels: 1 counted, 0 ignored. Results: confidence. */
  readonly score: number;
  readonly category: number;
  /** -1 in results. */
  readonly truncation: number;
  readonly occlusion: number;
}

/**
 * Rows of one VisDrone txt file, in file order. Commas or blanks between the fields, a comma at the end of the line
 * and missing truncation and occlusion are taken. Rows that cannot be read are skipped and reported.
 * `text` has \n line ends.
 */
export function parseVisDrone(text: string, file: string, problems: ProblemLog): VisDroneRow[] {
  const rows: VisDroneRow[] = [];
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const fields = splitFields(line);
    const row = toRow(fields, at + 1);
    if (row === null) {
      problems.add({
        code: "visdrone/bad-row",
        severity: "error",
        file,
        record: `line ${at + 1}`,
        message: `"${line.trim().slice(0, 80)}" is not left,top,width,height,score,category,truncation,occlusion in numbers.`,
        action: "skipped",
      });
      continue;
    }
    rows.push(row);
  }
  return rows;
}

/** Fields of a row with commas or blanks between them. */
export function splitFields(line: string): string[] {
  return line
    .trim()
    .replace(/,\s*$/, "")
    .split(/\s*,\s*|\s+/);
}

function toRow(fields: readonly string[], line: number): VisDroneRow | null {
  if (fields.length < 6 || fields.length > 8 || fields.includes("")) return null;
  const [x, y, w, h, score, category, truncation = -1, occlusion = -1] = fields.map(Number);
  if (
    x === undefined ||
    y === undefined ||
    w === undefined ||
    h === undefined ||
    score === undefined ||
    category === undefined
  ) {
    return null;
  }
  const numbers = [x, y, w, h, score, category, truncation, occlusion];
  if (!numbers.every(Number.isFinite) || !Number.isInteger(category)) return null;
  return { line, x, y, w, h, score, category, truncation, occlusion };
}
