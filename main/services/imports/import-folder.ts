import { extname } from "node:path";
import type { FolderReport, ImportPlan, ImportResult } from "../../../shared/api/imports.ts";
import type { JobContext } from "../job-context.ts";
import { runInWorker } from "../run-in-worker.ts";
import type { ImportTask } from "./import-worker.ts";
import type { AddPredictions } from "./run-import.ts";

export interface ImportTarget {
  /** project.fovea; opened and migrated before. */
  readonly databasePath: string;
}

/** Looks at a folder in a worker, importing nothing. */
export function inspectFolder(path: string, signal?: AbortSignal): Promise<FolderReport> {
  const context = { signal: signal ?? new AbortController().signal, progress: () => undefined };
  return runWorker({ kind: "inspect", path }, context);
}

/**
 * Imports a folder in a worker with a connection of its own. Cancelling (`job/cancelled`) or an error leaves nothing
 * behind; should the worker die, `purgeUnready` takes its rows away when the project is opened next.
 */
export function importFolder(
  plan: ImportPlan,
  context: JobContext,
  { databasePath }: ImportTarget,
): Promise<ImportResult> {
  return runWorker({ kind: "import", plan, databasePath }, context);
}

/** Adds predictions to a dataset that is there, in a worker. */
export function importPredictions(
  add: AddPredictions,
  context: JobContext,
  { databasePath }: ImportTarget,
): Promise<ImportResult> {
  return runWorker({ kind: "predictions", add, databasePath }, context);
}

function runWorker<Result>(task: ImportTask, context: JobContext): Promise<Result> {
  // The packaged app runs compiled files: .js instead of .ts.
  const file = new URL(`./import-worker${extname(import.meta.filename)}`, import.meta.url);
  return runInWorker(file, task, context, { code: "import/crashed", what: "The import" });
}
