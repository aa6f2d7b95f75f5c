import type { FolderReport, ImportPlan, ImportResult } from "../../../shared/api/imports.ts";
import { openDatabase } from "../../db/open.ts";
import { tuneForImport } from "../../db/queries/imports.ts";
import { answerTask } from "../worker-task.ts";
import { inspect } from "./inspect.ts";
import type { Pace } from "./pace.ts";
import { type AddPredictions, runAddPredictions, runImport } from "./run-import.ts";

export type ImportTask =
  | { readonly kind: "inspect"; readonly path: string }
  | { readonly kind: "import"; readonly plan: ImportPlan; readonly databasePath: string }
  | { readonly kind: "predictions"; readonly add: AddPredictions; readonly databasePath: string };

async function run(task: ImportTask, pace: Pace): Promise<ImportResult | FolderReport> {
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

await answerTask(run);
