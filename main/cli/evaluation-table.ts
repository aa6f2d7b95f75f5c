import type { EvaluationResult, EvaluationWarning } from "../../shared/evaluation/types.ts";

/** The result for people: headline numbers, one line a class, warnings. Percent with one decimal. */
export function evaluationTable(
  result: EvaluationResult,
  warnings: readonly EvaluationWarning[],
): string {
  const lines = [`Protocol ${result.params.protocol}`, ""];
  for (const [name, value] of Object.entries(result.summary))
    lines.push(`  ${name.padEnd(12)} ${percent(value)}`);
  lines.push("", ...table(classRows(result)));
  for (const { message } of warnings) lines.push("", `Warning: ${message}`);
  return `${lines.join("\n")}\n`;
}

function classRows({ params, perClass }: EvaluationResult): string[][] {
  const labels = params.areaRanges.map(({ label }) => label);
  const header = ["class", "objects", "predictions", "AP", "AP50", "AP75", "AR"];
  return [
    [...header, ...labels.map((label) => `AP ${label}`)],
    ...perClass.map((row) => [
      row.name,
      String(row.truthCount),
      String(row.predictionCount),
      ...[row.ap, row.ap50, row.ap75, row.ar].map(percent),
      ...labels.map((label) => percent(row.areas[label] ?? null)),
    ]),
  ];
}

function table(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]!.length)),
  );
  return rows.map(
    (cells) =>
      `  ${cells
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")}`,
  );
}

function percent(value: number | null): string {
  return value === null ? "–" : (100 * value).toFixed(1);
}
