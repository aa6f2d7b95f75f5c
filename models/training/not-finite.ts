/** What is said where numbers are no numbers any more: the step, the loss term, the images. */
import { AppError } from "../../shared/domain/app-error.ts";

export interface NotFinite {
  readonly step: number;
  /** What is wrong, beginning with what is not finite: `the loss term "decoder 0 vfl" is NaN`. */
  readonly what: string;
  /** Of the batch; none where no batch is to blame. */
  readonly images: readonly string[];
}

export function notFinite({ step, what, images }: NotFinite): AppError {
  const batch = images.length > 0 ? ` Images of the batch: ${images.join(", ")}.` : "";
  return new AppError(
    "training/not-finite",
    `Step ${step}: ${what}.${batch} Going on would come to the same: start a new training with a lower learning rate ` +
      "or a smaller gradient clip. The checkpoint saved before is whole and can be kept as a model to start from.",
  );
}

/** `"encoder vfl" at 41.2`: the largest term, where it begins to run away. */
export function largestTerm(terms: ReadonlyMap<string, number>): string {
  const [name, value] = [...terms].reduce((a, b) => (b[1] > a[1] ? b : a));
  return `"${name}" at ${Number(value.toPrecision(3))}`;
}

/** Where the numbers are lost before a loss can be worked out; `before`: the terms of the last step that had some. */
export function withoutLoss(what: string, before: ReadonlyMap<string, number> | null): string {
  const told = `${what} are no finite numbers any more, so that no loss term can be worked out`;
  return before === null
    ? told
    : `${told}; the largest one of the step before was ${largestTerm(before)}`;
}
