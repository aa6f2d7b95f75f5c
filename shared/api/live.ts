import { z } from "zod";
import type { MetricValue } from "./runs.ts";
import { route } from "./route.ts";

/** A run's numbers for the labels as they are now. */
export interface LiveScore {
  readonly runId: number;
  /** Of the dataset, that the numbers are for. */
  readonly revision: number;
  readonly headline: number | null;
  readonly summary: readonly MetricValue[];
  readonly buckets: readonly {
    readonly label: string;
    readonly low: number;
    readonly high: number;
    readonly truthCount: number;
    readonly ap: number | null;
    readonly ap50: number | null;
  }[];
  /** Milliseconds it took to follow the last edits. */
  readonly took: number;
}

export const live = {
  /**
   * The first call for a run evaluates it in full; further ones follow the edits since. Bit for bit what evaluating
   * the run's predictions again would give.
   */
  "live/score": route<LiveScore>()(z.object({ runId: z.int() })),
};
