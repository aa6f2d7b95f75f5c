import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../../shared/domain/app-error.ts";
import { Pace } from "./imports/pace.ts";
import type { JobProgress } from "./job-context.ts";

export interface WorkerTask<Task> {
  readonly task: Task;
  /** [1] set to 1 when the job is cancelled; shared, since a busy worker takes no messages. */
  readonly stop: SharedArrayBuffer;
}

export type WorkerMessage<Result> =
  | { readonly kind: "progress"; readonly at: JobProgress }
  | { readonly kind: "done"; readonly result: Result }
  | {
      readonly kind: "failed";
      readonly code: string | null;
      readonly message: string;
      readonly details: unknown;
    };

/** The worker's side of `runInWorker`: does the task it was started with and tells how it ended. */
export async function answerTask<Task, Result>(
  run: (task: Task, pace: Pace) => Result | Promise<Result>,
): Promise<void> {
  const { task, stop } = workerData as WorkerTask<Task>;
  const stopped = new Int32Array(stop);
  const send = (message: WorkerMessage<Result>) => parentPort?.postMessage(message);
  const pace = new Pace(
    (at) => send({ kind: "progress", at }),
    () => Atomics.load(stopped, 0) === 1,
  );
  try {
    send({ kind: "done", result: await run(task, pace) });
  } catch (error) {
    const known = error instanceof AppError;
    send({
      kind: "failed",
      code: known ? error.code : null,
      message: error instanceof Error ? error.message : String(error),
      details: known ? error.details : error instanceof Error ? error.stack : null,
    });
  }
}
