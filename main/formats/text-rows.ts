import { splitFields } from "./visdrone.ts";
import type { ProblemLog } from "./problem-log.ts";

/** One row `class score a b c d`; what a to d mean is the layout's business. */
export interface TextRow {
  /** Counted from 1. */
  readonly line: number;
  /** A class id or a name, which may have blanks. */
  readonly category: string;
  readonly score: number;
  readonly numbers: readonly [number, number, number, number];
}

/** Rows of one file of predictions. Rows that cannot be read are skipped and reported. `text` has \n line ends. */
export function parseTextRows(text: string, file: string, problems: ProblemLog): TextRow[] {
  const rows: TextRow[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const row = toRow(splitFields(line), at + 1);
    if (row !== null) rows.push(row);
    else {
      problems.add({
        code: "text/bad-row",
        severity: "error",
        file,
        record: `line ${at + 1}`,
        message: `"${line.trim().slice(0, 80)}" is not a class, a score and four finite numbers.`,
        action: "skipped",
      });
    }
  }
  return rows;
}

function toRow(fields: readonly string[], line: number): TextRow | null {
  if (fields.length < 6) return null;
  const [score, a, b, c, d] = fields.slice(-5).map(Number);
  if (score === undefined || a === undefined || b === undefined) return null;
  if (c === undefined || d === undefined) return null;
  if (![score, a, b, c, d].every(Number.isFinite)) return null;
  const category = fields.slice(0, -5).join(" ");
  // A number of several parts is a row with too many fields, not a name.
  if (fields.length > 6 && fields.slice(0, -5).every((part) => Number.isFinite(Number(part)))) {
    return null;
  }
  return { line, category, score, numbers: [a, b, c, d] };
}

export type TextLayout = "text-xyxy" | "text-xywh" | "text-relative-cxcywh";

/** A row's box as xywh pixels. Relative layouts need the picture's size. */
export function textBox(
  [a, b, c, d]: TextRow["numbers"],
  layout: TextLayout,
  { width, height }: { readonly width: number; readonly height: number },
): readonly [number, number, number, number] {
  switch (layout) {
    case "text-xywh":
      return [a, b, c, d];
    case "text-xyxy":
      return [a, b, c - a, d - b];
    case "text-relative-cxcywh":
      return [(a - c / 2) * width, (b - d / 2) * height, c * width, d * height];
  }
}
