import { AppError } from "../../../shared/domain/app-error.ts";
import type { JobProgress } from "../job-context.ts";

const BETWEEN_REPORTS_MS = 100;

/** Says how far the work is and stops it when asked to. Cheap enough to be called for every file or batch. */
export class Pace {
  readonly #report: (at: JobProgress) => void;
  readonly #stopped: () => boolean;
  #lastPhase = "";
  #lastReport = 0;

  constructor(report: (at: JobProgress) => void, stopped: () => boolean) {
    this.#report = report;
    this.#stopped = stopped;
  }

  /** Throws `job/cancelled` when the job was cancelled. */
  at(phase: string, step: number, total: number | null, unit: string): void {
    if (this.#stopped()) throw cancelled();
    const now = performance.now();
    if (phase === this.#lastPhase && now - this.#lastReport < BETWEEN_REPORTS_MS) return;
    this.#lastPhase = phase;
    this.#lastReport = now;
    this.#report({ phase, step, total, unit });
  }
}

export function cancelled(): AppError {
  return new AppError("job/cancelled", "It was cancelled. Nothing of it was kept.");
}
