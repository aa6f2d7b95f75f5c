import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { FolderReport, ImportPlan, ImportResult } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import type { JobContext, JobProgress } from "../job-context.ts";
import type { ImportMessage, ImportTask, ImportWorkerData } from "./import-worker.ts";
import type { AddPredictions } from "./run-import.ts";

export interface ImportTarget {
  /** project.fovea; opened and migrated before. */
  readonly databasePath: string;
}

/** Looks at a folder in a worker, importing nothing. */
export async function inspectFolder(path: string, signal?: AbortSignal): Promise<FolderReport> {
  const context = { signal: signal ?? new AbortController().signal, progress: () => undefined };
  return (await runWorker({ kind: "inspect", path }, context)) as FolderReport;
}

/**
 * Imports a folder in a worker with a connection of its own. Cancelling (`job/cancelled`) or an error leaves nothing
 * behind; should the worker die, `purgeUnready` takes its rows away when the project is opened next.
 */
export async function importFolder(
  plan: ImportPlan,
  context: JobContext,
  { databasePath }: ImportTarget,
): Promise<ImportResult> {
  return (await runWorker({ kind: "import", plan, databasePath }, context)) as ImportResult;
}

/** Adds predictions to a dataset that is there, in a worker. */
export async function importPredictions(
  add: AddPredictions,
  context: JobContext,
  { databasePath }: ImportTarget,
): Promise<ImportResult> {
  return (await runWorker({ kind: "predictions", add, databasePath }, context)) as ImportResult;
}

function runWorker(
  task: ImportTask,
  { signal, progress }: { signal: AbortSignal; progress: (at: JobProgress) => void },
): Promise<ImportResult | FolderReport> {
  return new Promise((resolve, reject) => {
    const stop = new SharedArrayBuffer(4);
    const workerData: ImportWorkerData = { task, stop };
    // The packaged app runs compiled files: .js instead of .ts.
    const file = new URL(`./import-worker${extname(import.meta.filename)}`, import.meta.url);
    const worker = new Worker(file, { workerData });
    const cancel = () => Atomics.store(new Int32Array(stop), 0, 1);
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    worker.on("message", (message: ImportMessage) => {
      if (message.kind === "progress") progress(message.at);
      else if (message.kind === "done") resolve(message.result);
      else reject(failure(message));
    });
    worker.on("error", (error) => {
      reject(
        new AppError(
          "import/crashed",
          `The import stopped unexpectedly (${error instanceof Error ? error.message : String(error)}). Nothing of it is shown; try again.`,
        ),
      );
    });
    worker.on("exit", () => {
      signal.removeEventListener("abort", cancel);
      // Settled already unless the worker died without a word.
      reject(new AppError("import/crashed", "The import stopped unexpectedly. Try again."));
    });
  });
}

function failure({ code, message, details }: Extract<ImportMessage, { kind: "failed" }>): Error {
  if (code !== null) return new AppError(code, message, details);
  const error = new Error(message);
  if (typeof details === "string") error.stack = details;
  return error;
}
