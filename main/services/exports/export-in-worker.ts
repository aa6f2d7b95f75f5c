import { extname } from "node:path";
import type { JobContext } from "../job-context.ts";
import { runInWorker } from "../run-in-worker.ts";
import type { ExportTask } from "./export-worker.ts";
import type {
  LabelExport,
  LabelExportCheck,
  LabelExportResult,
  PredictionExport,
  PredictionExportResult,
} from "./run-export.ts";

/** Exports in a worker with a connection of its own, so that a large dataset keeps nobody waiting. */
export function labelsInWorker(
  databasePath: string,
  input: LabelExport,
  context: JobContext,
): Promise<LabelExportResult> {
  return run({ kind: "labels", databasePath, input }, context);
}

export function checkInWorker(
  databasePath: string,
  input: LabelExport,
  signal: AbortSignal,
): Promise<LabelExportCheck> {
  return run({ kind: "check", databasePath, input }, { signal, progress: () => undefined });
}

export function predictionsInWorker(
  databasePath: string,
  input: PredictionExport,
  context: JobContext,
): Promise<PredictionExportResult> {
  return run({ kind: "predictions", databasePath, input }, context);
}

function run<Result>(task: ExportTask, context: JobContext): Promise<Result> {
  // The packaged app runs compiled files: .js instead of .ts.
  const file = new URL(`./export-worker${extname(import.meta.filename)}`, import.meta.url);
  return runInWorker(file, task, context, { code: "export/crashed", what: "The export" });
}
