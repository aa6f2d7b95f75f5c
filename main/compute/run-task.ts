/** Runs one task in a compute process of its own and maps every way it can end. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { computeEnvironment } from "../../shared/compute/environment.ts";
import type {
  FromCompute,
  ItemOf,
  ResultOf,
  TaskKind,
  TaskOf,
  TaskProgress,
  ToCompute,
} from "../../shared/compute/messages.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { outsideTerminal, stopWithTerminal } from "./terminal.ts";

const ENTRY = join(
  import.meta.dirname,
  "..",
  "..",
  "models",
  `process${import.meta.filename.slice(-3)}`,
);
/** How long a cancelled task may take to reach a safe point before it is killed. */
const PATIENCE_MS = 20_000;

export interface TaskCall<Kind extends TaskKind> {
  readonly signal: AbortSignal;
  progress(at: TaskProgress): void;
  /** `stored`: to be called once it is kept, where the task is to know that. */
  item(item: ItemOf<Kind>, stored: () => void): void;
  /** Milliseconds instead of PATIENCE_MS, for tasks whose safe points are far apart. */
  readonly patience?: number;
}

/** The program to start instead of the compute process; for tests of how it ends. */
export interface ComputeOptions {
  readonly entry?: string;
}

/** A compute process that waits for a task. */
export interface ComputeProcess {
  readonly child: ChildProcess;
  /** The end of what it wrote to its error stream. */
  readonly lastWords: () => string;
}

const running = new Set<ChildProcess>();
stopWithTerminal(running);

/** Ends every compute process at once, whatever it works on; what it has not saved is lost. */
export function killCompute(): void {
  for (const child of running) child.kill("SIGKILL");
}

export function startCompute(entry: string = ENTRY): ComputeProcess {
  const child = fork(entry, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
    detached: outsideTerminal,
    env: { ...process.env, ...computeEnvironment },
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return { child, lastWords: collectEnd(child) };
}

/**
 * Resolves with the task's result. Rejects with the task's own error, with `compute/cancelled`, or with
 * `compute/crashed` where the process died (out of memory, a fault in native code).
 */
export async function runTask<Kind extends TaskKind>(
  task: TaskOf<Kind> & { readonly kind: Kind },
  call: TaskCall<Kind>,
  { entry = ENTRY }: ComputeOptions = {},
): Promise<ResultOf<Kind>> {
  if (call.signal.aborted) throw cancelled();
  const compute = startCompute(entry);
  try {
    return await followTask(compute, task, call);
  } finally {
    compute.child.kill();
  }
}

/** The same in a process that is there already and has nothing else to do. */
export function followTask<Kind extends TaskKind>(
  { child, lastWords }: ComputeProcess,
  task: TaskOf<Kind> & { readonly kind: Kind },
  call: TaskCall<Kind>,
): Promise<ResultOf<Kind>> {
  if (call.signal.aborted) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const send = (message: ToCompute) => {
      // A process that ended meanwhile is told of by its exit.
      if (child.connected) child.send(message, () => undefined);
    };
    const cancel = () => {
      send({ type: "cancel" });
      timer = setTimeout(() => child.kill("SIGKILL"), call.patience ?? PATIENCE_MS);
    };
    const end = (settle: () => void) => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", cancel);
      child.off("error", onError).off("exit", onExit).off("message", onMessage);
      settle();
    };
    const fail = (error: AppError) => {
      end(() => {
        reject(error);
      });
    };
    const onError = (error: Error) => {
      const message = `The compute process did not start: ${error.message}.`;
      fail(new AppError("compute/not-started", message));
    };
    const onExit = (code: number | null, signal: string | null) => {
      fail(call.signal.aborted ? cancelled() : crashed(code, signal, lastWords()));
    };
    const onMessage = (message: FromCompute) => {
      switch (message.type) {
        case "progress":
          call.progress(message.at);
          return;
        case "item":
          call.item(message.item as ItemOf<Kind>, () =>
            send({ type: "stored", number: message.number }),
          );
          return;
        case "done":
          end(() => {
            resolve(message.result as ResultOf<Kind>);
          });
          return;
        case "cancelled":
          fail(cancelled());
          return;
        case "failed":
          fail(new AppError(message.code, message.message));
      }
    };
    call.signal.addEventListener("abort", cancel, { once: true });
    child.on("error", onError).on("exit", onExit).on("message", onMessage);
    send({ type: "start", task });
  });
}

function cancelled(): AppError {
  return new AppError("compute/cancelled", "The task was cancelled.");
}

function crashed(code: number | null, signal: string | null, words: string): AppError {
  const how = signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`;
  const why =
    signal === "SIGKILL"
      ? " This is what running out of memory looks like: use a smaller batch or image size."
      : "";
  return new AppError(
    "compute/crashed",
    `The compute process ${how} in the middle of its work.${why} What was finished is kept.`,
    words,
  );
}

const KEPT_CHARACTERS = 4000;

/** The end of what the process wrote to its error stream. */
function collectEnd(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (chunk: string) => {
    text = (text + chunk).slice(-KEPT_CHARACTERS);
  });
  return () => text;
}
