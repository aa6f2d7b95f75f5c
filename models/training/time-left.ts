/** How long a training still takes: steps at their pace, and the validations that are to come. */
import type { TrainingSettings } from "../../shared/domain/training.ts";

/** Steps over which the pace is smoothed: batches of different scales differ by a factor of three. */
const SMOOTHING_STEPS = 30;
/** A picture is only looked at, not learnt from; until a validation was measured. */
const SHARE_OF_STEP = 1 / 3;

/** Whether the epoch, counted from 0, ends with a validation. */
export function isDue(epoch: number, { validation, epochs }: TrainingSettings): boolean {
  return (epoch + 1) % validation.everyEpochs === 0 || epoch + 1 === epochs;
}

export class TimeLeft {
  readonly #settings: TrainingSettings;
  readonly #validationImages: number;
  #stepSeconds: number | null = null;
  #steps = 0;
  #validationSeconds: number | null = null;

  constructor(settings: TrainingSettings, validationImages: number) {
    this.#settings = settings;
    this.#validationImages = validationImages;
  }

  step(seconds: number): void {
    this.#steps += 1;
    // The first one makes ready what the others use.
    if (this.#stepSeconds === null || this.#steps === 2) this.#stepSeconds = seconds;
    else {
      const weight = 1 / Math.min(this.#steps - 1, SMOOTHING_STEPS);
      this.#stepSeconds += weight * (seconds - this.#stepSeconds);
    }
  }

  validated(seconds: number): void {
    this.#validationSeconds = seconds;
  }

  /**
   * Seconds, with so many steps to go and `epoch` (from 0) the first whose validation is still to come; null before
   * the pace is known.
   */
  seconds(steps: number, epoch: number): number | null {
    if (this.#stepSeconds === null || this.#steps < 2) return null;
    return steps * this.#stepSeconds + this.#validations(epoch) * this.#perValidation();
  }

  #perValidation(): number {
    const { batch } = this.#settings;
    return (
      this.#validationSeconds ??
      (this.#validationImages / batch) * (this.#stepSeconds ?? 0) * SHARE_OF_STEP
    );
  }

  #validations(from: number): number {
    if (this.#validationImages === 0) return 0;
    let count = 0;
    for (let epoch = from; epoch < this.#settings.epochs; epoch++)
      if (isDue(epoch, this.#settings)) count += 1;
    return count;
  }
}
