import type { ImportPlan, ImportResult } from "../../../shared/api/imports.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { importFolder, importPredictions } from "../imports/import-folder.ts";
import type { AddPredictions } from "../imports/run-import.ts";
import type { JobContext } from "../job-context.ts";
import { evaluateJob } from "../runs/evaluate-job.ts";
import type { RunnerPorts } from "./runners.ts";

/** What an import job is started with: a folder, or predictions for a dataset that is there. */
export type ImportInput = { readonly plan: ImportPlan } | { readonly add: AddPredictions };

/** ImportResult, and the runs where the plan asked to evaluate. */
export interface ImportOutcome extends ImportResult {
  readonly runIds: readonly number[];
}

/** Imports; then evaluates each prediction set where the plan says so. */
export async function importJob(
  ports: RunnerPorts,
  input: ImportInput,
  context: JobContext,
): Promise<ImportOutcome> {
  const target = { databasePath: ports.databasePath };
  if ("add" in input) {
    const result = await importPredictions(input.add, context, target);
    ports.events.emit({ type: "changed", noun: "predictionSets" });
    return { ...result, runIds: [] };
  }
  const result = await importFolder(input.plan, context, target);
  ports.events.emit({ type: "changed", noun: "datasets" });
  const protocol = input.plan.evaluate;
  if (protocol === null) return { ...result, runIds: [] };
  const runIds: number[] = [];
  try {
    for (const predictionSetId of result.predictionSetIds) {
      const { runId } = await evaluateJob(ports, { predictionSetId, protocol }, context);
      runIds.push(runId);
    }
  } catch (error) {
    if (!(error instanceof AppError) || context.signal.aborted) throw error;
    throw new AppError(
      error.code,
      `The import is done, but it could not be evaluated: ${error.message}`,
    );
  }
  return { ...result, runIds };
}
