import { Worker } from "node:worker_threads";
import { AppError } from "../../shared/domain/app-error.ts";
import type { JobContext, JobProgress } from "./job-context.ts";
import type { WorkerMessage, WorkerTask } from "./worker-task.ts";

/** How an error of the thread itself is told: a stable code, and what stopped: `The import`. */
export interface CrashWords {
  readonly code: string;
  readonly what: string;
}

/**
 * Has a task done by a worker file that answers with `answerTask`. Cancelling sets a flag that the task looks at; its
 * errors come back as they were thrown.
 */
export function runInWorker<Result>(
  file: URL,
  task: unknown,
  { signal, progress }: JobContext,
  { code, what }: CrashWords,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = new SharedArrayBuffer(4);
    const worker = new Worker(file, { workerData: { task, stop } satisfies WorkerTask<unknown> });
    const cancel = () => Atomics.store(new Int32Array(stop), 0, 1);
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    worker.on("message", (message: WorkerMessage<Result>) => {
      if (message.kind === "progress") progress(message.at satisfies JobProgress);
      else if (message.kind === "done") resolve(message.result);
      else reject(failure(message));
    });
    worker.on("error", (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      reject(
        new AppError(
          code,
          `${what} stopped unexpectedly (${reason}). Nothing of it is shown; try again.`,
        ),
      );
    });
    worker.on("exit", () => {
      signal.removeEventListener("abort", cancel);
      // Settled already unless the worker died without a word.
      reject(new AppError(code, `${what} stopped unexpectedly. Try again.`));
    });
  });
}

function failure(message: Extract<WorkerMessage<unknown>, { kind: "failed" }>): Error {
  const { code, message: text, details } = message;
  if (code !== null) return new AppError(code, text, details);
  const error = new Error(text);
  if (typeof details === "string") error.stack = details;
  return error;
}
