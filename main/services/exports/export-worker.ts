import { openReadOnly } from "../../db/open.ts";
import type { Pace } from "../imports/pace.ts";
import { answerTask } from "../worker-task.ts";
import {
  checkLabels,
  exportLabels,
  type LabelExport,
  exportPredictions,
  type PredictionExport,
} from "./run-export.ts";

export type ExportTask = { readonly databasePath: string } & (
  | { readonly kind: "labels" | "check"; readonly input: LabelExport }
  | { readonly kind: "predictions"; readonly input: PredictionExport }
);

async function run(task: ExportTask, pace: Pace) {
  const db = openReadOnly(task.databasePath);
  try {
    // One long reading transaction: everything is of one moment, and in WAL mode it keeps nobody from writing.
    db.exec("BEGIN");
    if (task.kind === "predictions") return await exportPredictions(db, task.input, pace);
    return task.kind === "check"
      ? checkLabels(db, task.input, pace)
      : await exportLabels(db, task.input, pace);
  } finally {
    db.close();
  }
}

await answerTask(run);
