/** The compute process: takes a task from the main side, works on it, says how it ended; one task at a time. */
import { flushCompileCache } from "node:module";
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
  /** Returns the item's number. */
  item(item: ItemOf<Kind>): number;
  /** Number of the last item that the main side said it has stored; 0 where it says nothing. */
  stored(): number;
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

/** How long a task may go on to save its work once the main side is gone. */
const LAST_SAVE_MS = 120_000;

/** The task under way, or the last one. */
let current = { stop: new AbortController(), told: 0, stored: 0, saves: false };
let busy = false;

process.on("message", (message: ToCompute) => {
  if (message.type === "cancel") current.stop.abort();
  else if (message.type === "stored") current.stored = message.number;
  else {
    const saves = message.task.kind === "train";
    current = { stop: new AbortController(), told: 0, stored: 0, saves };
    void work(message.task, current.stop.signal);
  }
});
// On Windows, Ctrl-C and the end of a terminal reach every process of it; what they mean for the task, the main side says.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
// The main side is gone: nobody waits for the result, but what was learnt is worth saving.
process.on("disconnect", () => {
  if (!busy || !current.saves) process.exit(0);
  current.stop.abort();
  setTimeout(() => process.exit(0), LAST_SAVE_MS).unref();
});

async function work(task: AnyTask, signal: AbortSignal): Promise<void> {
  busy = true;
  try {
    const handler = (await handlers[task.kind]()) as TaskHandler<TaskKind>;
    const result = await handler(task, {
      signal,
      progress: (at) => tell({ type: "progress", at }),
      item: (item) => {
        current.told += 1;
        tell({ type: "item", number: current.told, item });
        return current.told;
      },
      stored: () => current.stored,
    });
    // The main side may end this process once it is told; what was compiled spares the next one half of its start.
    flushCompileCache();
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
  busy = false;
  if (!process.connected) process.exit(0);
}

function tell(message: FromCompute): void {
  // The main side may be gone before anyone noticed; then there is nobody to tell.
  if (process.connected) process.send!(message, undefined, undefined, () => undefined);
}
