import { parentPort, workerData } from "node:worker_threads";
import type { FolderReport, ImportPlan, ImportResult } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { openDatabase } from "../../db/open.ts";
import { tuneForImport } from "../../db/queries/imports.ts";
import type { JobProgress } from "../job-context.ts";
import { inspect } from "./inspect.ts";
import { Pace } from "./pace.ts";
import { type AddPredictions, runAddPredictions, runImport } from "./run-import.ts";

export type ImportTask =
  | { readonly kind: "inspect"; readonly path: string }
  | { readonly kind: "import"; readonly plan: ImportPlan; readonly databasePath: string }
  | { readonly kind: "predictions"; readonly add: AddPredictions; readonly databasePath: string };

export interface ImportWorkerData {
  readonly task: ImportTask;
  /** [1] set to 1 when the job is cancelled; shared, since a busy worker takes no messages. */
  readonly stop: SharedArrayBuffer;
}

export type ImportMessage =
  | { readonly kind: "progress"; readonly at: JobProgress }
  | { readonly kind: "done"; readonly result: ImportResult | FolderReport }
  | {
      readonly kind: "failed";
      readonly code: string | null;
      readonly message: string;
      readonly details: unknown;
    };

const { task, stop } = workerData as ImportWorkerData;
const stopped = new Int32Array(stop);
const send = (message: ImportMessage) => parentPort?.postMessage(message);
const pace = new Pace(
  (at) => send({ kind: "progress", at }),
  () => Atomics.load(stopped, 0) === 1,
);

async function run(): Promise<ImportResult | FolderReport> {
  if (task.kind === "inspect") return inspect(task.path, pace);
  const db = openDatabase(task.databasePath);
  try {
    tuneForImport(db);
    return task.kind === "import"
      ? await runImport(db, task.plan, pace)
      : await runAddPredictions(db, task.add, pace);
  } finally {
    db.close();
  }
}

try {
  send({ kind: "done", result: await run() });
} catch (error) {
  const known = error instanceof AppError;
  send({
    kind: "failed",
    code: known ? error.code : null,
    message: error instanceof Error ? error.message : String(error),
    details: known ? error.details : error instanceof Error ? error.stack : null,
  });
}
