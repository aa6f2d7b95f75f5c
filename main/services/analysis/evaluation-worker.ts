import { Analysis } from "./client.ts";

/** Long enough for the next of several evaluations in a row, short enough not to hold the memory for nothing. */
const IDLE_MS = 10_000;

/**
 * A worker for evaluations, apart from the one that answers the page. It stays for a while, since the next evaluation
 * is often of the same dataset; then it ends and gives its memory back.
 */
export class EvaluationWorker {
  readonly #analysis: Analysis;
  #idle: NodeJS.Timeout | null = null;

  constructor(databasePath: string, log: (line: string) => void) {
    this.#analysis = new Analysis(databasePath, log);
  }

  /** Work under way ends at once when the signal aborts. */
  async use<Result>(
    signal: AbortSignal,
    work: (worker: Analysis) => Promise<Result>,
  ): Promise<Result> {
    signal.throwIfAborted();
    if (this.#idle) clearTimeout(this.#idle);
    const stop = () => void this.#analysis.close();
    signal.addEventListener("abort", stop);
    try {
      return await work(this.#analysis);
    } finally {
      signal.removeEventListener("abort", stop);
      this.#idle = setTimeout(stop, IDLE_MS);
      this.#idle.unref();
    }
  }

  close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    return this.#analysis.close();
  }
}
