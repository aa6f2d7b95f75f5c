import type { MessagePort } from "node:worker_threads";
import { AppError } from "../../shared/domain/app-error.ts";
import { openReadOnly } from "../db/open.ts";
import type { JobProgress } from "../services/job-context.ts";
import type { AnalysisReply, AnalysisRequest } from "./messages.ts";
import { analysisMethods, analysisState, type AnalysisState, type MethodName } from "./methods.ts";

/** Answers every call that comes in through the port, one after the other. */
export function answerCalls(port: MessagePort, databasePath: string): void {
  const state: Omit<AnalysisState, "report"> = analysisState(openReadOnly(databasePath));
  const reply = (answer: AnalysisReply) => port.postMessage(answer);
  port.on("message", ({ id, method, args }: AnalysisRequest) => {
    try {
      const run = analysisMethods[method as MethodName] as (
        state: AnalysisState,
        args: unknown,
      ) => unknown;
      const report = (progress: JobProgress) => reply({ id, progress });
      reply({ id, result: run({ ...state, report }, args) });
    } catch (error) {
      const { message, stack = message } =
        error instanceof Error ? error : new Error(String(error));
      reply({ id, error: { code: error instanceof AppError ? error.code : null, message, stack } });
    }
  });
}
