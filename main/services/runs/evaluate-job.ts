import type { Parsed } from "../../../shared/api/contract.ts";
import { runQueries } from "../../db/queries/runs.ts";
import { defaultParams } from "../../../shared/domain/protocols.ts";
import { Analysis } from "../analysis/client.ts";
import type { JobContext } from "../job-context.ts";
import type { RunnerPorts } from "../jobs/runners.ts";
import { runName } from "./run-name.ts";

export type EvaluateInput = Parsed<"runs/evaluate">;

/**
 * Evaluates a prediction set in a worker of its own, so that the one which answers the page stays free, and
 * cancelling can end it at once. Returns the new run's id.
 */
export async function evaluateJob(
  { db, databasePath, events, log }: RunnerPorts,
  input: EvaluateInput,
  context: JobContext,
): Promise<{ runId: number }> {
  context.signal.throwIfAborted();
  context.progress({ phase: "Evaluating", step: 0, total: null, unit: "" });
  const worker = new Analysis(databasePath, log);
  const stop = () => void worker.close();
  context.signal.addEventListener("abort", stop);
  try {
    const params = input.params ?? defaultParams(input.protocol);
    const run = await worker.call("evaluateRun", {
      predictionSetId: input.predictionSetId,
      params,
    });
    context.signal.throwIfAborted();
    const name = input.name || runName(db, run);
    const runId = runQueries(db).insert({ ...run, name }, Date.now());
    events.emit({ type: "changed", noun: "runs" });
    return { runId };
  } finally {
    context.signal.removeEventListener("abort", stop);
    await worker.close();
  }
}
