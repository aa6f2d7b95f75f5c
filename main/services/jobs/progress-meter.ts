import type { JobProgress } from "../job-context.ts";

/** Seconds over which the rate is smoothed: steady enough to read, quick enough to follow a slow disk. */
const SMOOTHING_SECONDS = 4;
/** Updates closer together than this are judged as one; their difference would be noise. */
const SHORTEST_STEP_SECONDS = 0.05;

export interface Progress extends JobProgress {
  /** Units per second; null while unknown. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

/** Turns raw progress reports into a smoothed rate and the time left. `now` is in milliseconds. */
export class ProgressMeter {
  #at: JobProgress = { phase: "", step: 0, total: null, unit: "" };
  #measuredAt = 0;
  #measuredStep = 0;
  #rate: number | null = null;

  update(at: JobProgress, now: number): void {
    const newPhase = at.phase !== this.#at.phase || at.step < this.#measuredStep;
    this.#at = at;
    if (newPhase) {
      this.#measuredAt = now;
      this.#measuredStep = at.step;
      this.#rate = null;
      return;
    }
    const seconds = (now - this.#measuredAt) / 1000;
    if (seconds < SHORTEST_STEP_SECONDS) return;
    const rate = (at.step - this.#measuredStep) / seconds;
    const weight = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
    this.#rate = this.#rate === null ? rate : this.#rate + weight * (rate - this.#rate);
    this.#measuredAt = now;
    this.#measuredStep = at.step;
  }

  read(): Progress {
    const { step, total } = this.#at;
    const rate = this.#rate;
    const known = total !== null && rate !== null && rate > 0;
    const byPace = known ? Math.max(0, (total - step) / rate) : null;
    const { secondsLeft = byPace } = this.#at;
    return { ...this.#at, rate, secondsLeft };
  }
}
