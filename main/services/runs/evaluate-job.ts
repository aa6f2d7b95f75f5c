import type { Parsed } from "../../../shared/api/contract.ts";
import { runQueries } from "../../db/queries/runs.ts";
import { defaultParams } from "../../../shared/domain/protocols.ts";
import type { JobContext } from "../job-context.ts";
import type { RunnerPorts } from "../jobs/runners.ts";
import { runName } from "./run-name.ts";

export type EvaluateInput = Parsed<"runs/evaluate">;

/** Evaluates a prediction set in a worker; cancelling ends it at once. Returns the new run's id. */
export async function evaluateJob(
  { db, events, evaluationWorker }: RunnerPorts,
  input: EvaluateInput,
  context: JobContext,
): Promise<{ runId: number }> {
  context.progress({ phase: "Reading labels", step: 0, total: null, unit: "" });
  const params = input.params ?? defaultParams(input.protocol);
  const { predictionSetId } = input;
  const run = await evaluationWorker.use(context.signal, (worker) =>
    worker.call("evaluateRun", { predictionSetId, params }, (at) => context.progress(at)),
  );
  context.signal.throwIfAborted();
  const name = input.name || runName(db, run);
  const runId = runQueries(db).insert({ ...run, name }, Date.now());
  events.emit({ type: "changed", noun: "runs" });
  return { runId };
}
