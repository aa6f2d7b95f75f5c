import type { MessagePort } from "node:worker_threads";
import { AppError } from "../../shared/domain/app-error.ts";
import { openReadOnly } from "../db/open.ts";
import type { AnalysisReply, AnalysisRequest } from "./messages.ts";
import { analysisMethods, analysisState, type AnalysisState, type MethodName } from "./methods.ts";

/** Answers every call that comes in through the port, one after the other. */
export function answerCalls(port: MessagePort, databasePath: string): void {
  const state = analysisState(openReadOnly(databasePath));
  const reply = (answer: AnalysisReply) => port.postMessage(answer);
  port.on("message", ({ id, method, args }: AnalysisRequest) => {
    try {
      const run = analysisMethods[method as MethodName] as (
        state: AnalysisState,
        args: unknown,
      ) => unknown;
      reply({ id, result: run(state, args) });
    } catch (error) {
      const { message, stack = message } =
        error instanceof Error ? error : new Error(String(error));
      reply({ id, error: { code: error instanceof AppError ? error.code : null, message, stack } });
    }
  });
}
