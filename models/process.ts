/** The compute process: takes a task from the main side, works on it, says how it ended; one task at a time. */
import type {
  AnyTask,
  FromCompute,
  ItemOf,
  ResultOf,
  TaskKind,
  TaskOf,
  TaskProgress,
  ToCompute,
} from "../shared/compute/messages.ts";
import { AppError } from "../shared/domain/app-error.ts";

/** What a task gets: a signal to stop at the next safe point, and ways to say how far it is. */
export interface TaskContext<Kind extends TaskKind> {
  readonly signal: AbortSignal;
  progress(at: TaskProgress): void;
  item(item: ItemOf<Kind>): void;
}

export type TaskHandler<Kind extends TaskKind> = (
  task: TaskOf<Kind>,
  context: TaskContext<Kind>,
) => Promise<ResultOf<Kind>>;

/** Each handler is loaded only when its task comes: loading TensorFlow takes about a second. */
const handlers: { readonly [Kind in TaskKind]: () => Promise<TaskHandler<Kind>> } = {
  predict: async () => (await import("./predict/predict-task.ts")).predictTask,
  describe: async () => (await import("./predict/describe-task.ts")).describeTask,
  inspect: async () => (await import("./predict/inspect-task.ts")).inspectTask,
  propose: async () => (await import("./predict/propose-task.ts")).proposeTask,
  train: async () => (await import("./training/train-task.ts")).trainTask,
};

let stop = new AbortController();

process.on("message", (message: ToCompute) => {
  if (message.type === "cancel") stop.abort();
  else {
    stop = new AbortController();
    void work(message.task, stop.signal);
  }
});
// Ctrl-C reaches every process of a terminal; what it means for the task, the main side says.
process.on("SIGINT", () => undefined);
// The main side is gone: nobody waits for the result.
process.on("disconnect", () => process.exit(0));

async function work(task: AnyTask, signal: AbortSignal): Promise<void> {
  try {
    const handler = (await handlers[task.kind]()) as TaskHandler<TaskKind>;
    const result = await handler(task, {
      signal,
      progress: (at) => tell({ type: "progress", at }),
      item: (item) => tell({ type: "item", item }),
    });
    tell(signal.aborted ? { type: "cancelled" } : { type: "done", result });
  } catch (error) {
    if (signal.aborted) tell({ type: "cancelled" });
    else if (error instanceof AppError)
      tell({ type: "failed", code: error.code, message: error.message });
    else {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      tell({
        type: "failed",
        code: "compute/failed",
        message: `The work failed: ${String(error)}`,
      });
    }
  }
}

function tell(message: FromCompute): void {
  process.send?.(message);
}
