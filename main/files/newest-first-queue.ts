interface Waiting {
  readonly run: () => void;
  readonly drop: (reason: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a few tasks at a time, the newest first: in a grid that scrolls, what came last is what is on the screen.
 * A task whose signal aborts while it waits is never started.
 */
export class NewestFirstQueue {
  readonly #width: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Rejects with the signal's reason where it aborts first. */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const start = () => {
        this.#running += 1;
        task()
          .then(resolve, reject)
          .finally(() => {
            this.#running -= 1;
            this.#next();
          });
      };
      this.#waiting.push({ run: start, drop: reject, signal });
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#width) {
      const next = this.#waiting.pop();
      if (next === undefined) return;
      if (next.signal.aborted) next.drop(next.signal.reason);
      else next.run();
    }
  }
}
