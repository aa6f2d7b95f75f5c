/** The analysis worker: answers calls about one project from typed arrays. Started by services/analysis/client.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../../shared/domain/app-error.ts";
import { openReadOnly } from "../db/open.ts";
import type { AnalysisReply, AnalysisRequest } from "./messages.ts";
import { analysisMethods, analysisState, type AnalysisState, type MethodName } from "./methods.ts";

const { databasePath } = workerData as { databasePath: string };
const state = analysisState(openReadOnly(databasePath));

parentPort!.on("message", ({ id, method, args }: AnalysisRequest) => {
  const reply = (answer: AnalysisReply) => parentPort!.postMessage(answer);
  try {
    const run = analysisMethods[method as MethodName] as (
      state: AnalysisState,
      args: unknown,
    ) => unknown;
    reply({ id, result: run(state, args) });
  } catch (error) {
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    reply({ id, error: { code: error instanceof AppError ? error.code : null, message, stack } });
  }
});
