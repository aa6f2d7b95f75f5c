import type { RunReport } from "../../../../shared/api/runs.ts";
import { csvOf } from "./csv.ts";
import { htmlOf } from "./html.ts";

export type ExportFormat = "csv" | "json" | "html";

export interface ExportInput {
  /** The run, and those it is compared with. */
  readonly reports: readonly RunReport[];
  readonly datasetNames: ReadonlyMap<number, string>;
  readonly programVersion: string;
}

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** A run, alone or beside others, as a file to keep. */
export function exportRuns(format: ExportFormat, input: ExportInput): ExportedFile {
  const name = fileName(input.reports[0]!.name, format);
  if (format === "csv") return { name, type: "text/csv; charset=utf-8", text: csvOf(input) };
  if (format === "html") return { name, type: "text/html; charset=utf-8", text: htmlOf(input) };
  const { reports, programVersion, datasetNames } = input;
  const runs = reports.map((report) => ({
    ...report,
    dataset: datasetNames.get(report.datasetId) ?? null,
  }));
  return {
    name,
    type: "application/json; charset=utf-8",
    text: `${JSON.stringify({ program: "Fovea", version: programVersion, runs }, null, 2)}\n`,
  };
}

function fileName(runName: string, extension: string): string {
  const safe = runName.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
  return `${safe || "run"}.${extension}`;
}
