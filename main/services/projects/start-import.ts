import type { ImportPlan } from "../../../shared/api/imports.ts";
import type { AddPredictions } from "../imports/run-import.ts";
import type { ImportInput } from "../jobs/import-job.ts";
import type { OpenProject } from "./open-project.ts";

/** Queues the import of a folder. Returns the job's id. */
export function startImport(project: OpenProject, plan: ImportPlan): number {
  return project.jobs.start("import", `Import ${plan.datasetName}`, { plan } satisfies ImportInput);
}

/** Queues the import of predictions for a dataset that is there. Returns the job's id. */
export function startAddPredictions(project: OpenProject, add: AddPredictions): number {
  return project.jobs.start("import", `Import predictions ${add.name}`, {
    add,
  } satisfies ImportInput);
}
