import type { ResultOf, TaskKind, TaskOf } from "../../shared/compute/messages.ts";
import { followTask, startCompute, type ComputeProcess } from "./run-task.ts";

/** How long it waits for another task before it gives its memory back. */
const REST_MS = 3 * 60_000;

/**
 * One compute process for short tasks that a person waits for. It stays between tasks, so that TensorFlow and the
 * model used last are loaded once. Tasks run one after the other; a crash ends the task under way, and the next one
 * starts another process.
 */
export class WarmCompute {
  readonly #entry: string | undefined;
  #process: ComputeProcess | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  /** entry: the program to start instead of the compute process; for tests. */
  constructor(entry?: string) {
    this.#entry = entry;
  }

  run<Kind extends TaskKind>(
    task: TaskOf<Kind> & { readonly kind: Kind },
    signal: AbortSignal,
  ): Promise<ResultOf<Kind>> {
    const result = this.#last.then(() => this.#run<Kind>(task, signal));
    this.#last = result.catch(() => undefined);
    return result;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#process?.child.kill();
    this.#process = null;
  }

  async #run<Kind extends TaskKind>(
    task: TaskOf<Kind> & { readonly kind: Kind },
    signal: AbortSignal,
  ): Promise<ResultOf<Kind>> {
    clearTimeout(this.#timer);
    const compute = (this.#process ??= this.#start());
    try {
      return await followTask<Kind>(compute, task, {
        signal,
        progress: () => undefined,
        item: () => undefined,
      });
    } finally {
      this.#timer = setTimeout(() => this.close(), REST_MS);
      this.#timer.unref();
    }
  }

  #start(): ComputeProcess {
    const compute = startCompute(this.#entry);
    compute.child.once("exit", () => {
      if (this.#process === compute) this.#process = null;
    });
    return compute;
  }
}
