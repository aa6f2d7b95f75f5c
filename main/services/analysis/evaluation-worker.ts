import { Analysis } from "./client.ts";

/** Long enough for the next of several pieces of work in a row, short enough not to hold the memory for nothing. */
const IDLE_MS = 10_000;

/**
 * A worker for long work, apart from the one that answers the page: evaluations, or what explains them. It does one
 * thing after the other and stays for a while, since the next is often of the same dataset; then it ends and gives its
 * memory back.
 */
export class EvaluationWorker {
  readonly #analysis: Analysis;
  #idle: NodeJS.Timeout | null = null;
  #underWay = 0;

  constructor(databasePath: string, log: (line: string) => void) {
    this.#analysis = new Analysis(databasePath, log);
  }

  /** When the signal aborts, everything under way in this worker ends at once. */
  async use<Result>(
    signal: AbortSignal | null,
    work: (worker: Analysis) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    if (this.#idle) clearTimeout(this.#idle);
    const stop = () => void this.#analysis.close();
    signal?.addEventListener("abort", stop);
    this.#underWay += 1;
    try {
      return await work(this.#analysis);
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#underWay -= 1;
      if (this.#underWay === 0) {
        this.#idle = setTimeout(stop, IDLE_MS);
        this.#idle.unref();
      }
    }
  }

  close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle);
    return this.#analysis.close();
  }
}
