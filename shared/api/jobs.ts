import { z } from "zod";
import { route } from "./route.ts";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";
export type JobKind = "import" | "evaluate" | "predict" | "train" | "install-tensorflow" | "export";

export interface JobRecord {
  readonly id: number;
  readonly kind: JobKind;
  readonly title: string;
  readonly state: JobState;
  /** What is done now, e.g. `Reading annotations`. */
  readonly phase: string;
  readonly step: number;
  /** null while unknown. */
  readonly total: number | null;
  /** What is counted: `images`, `boxes`, `bytes`. */
  readonly unit: string;
  /** Units per second; null while unknown. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What it made, e.g. { datasetId } or { runId }; null until done. */
  readonly result: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** What GET /api/events sends, one JSON object an event. */
export type PushEvent =
  | { readonly type: "job"; readonly job: JobRecord }
  /** Labels of an image were edited; `origin` is the word that the editing window sent along. */
  | {
      readonly type: "edited";
      readonly imageId: number;
      readonly datasetId: number;
      readonly revision: number;
      readonly origin: string;
    }
  /** There are new steps, validations or states of a training. */
  | { readonly type: "training"; readonly trainingId: number; readonly step: number }
  | {
      readonly type: "changed";
      readonly noun:
        "project" | "datasets" | "predictionSets" | "runs" | "annotations" | "models" | "trainings";
    };

export const jobs = {
  "jobs/list": route<{ readonly jobs: readonly JobRecord[] }>()(z.object({})),
  "jobs/get": route<JobRecord>()(z.object({ jobId: z.int() })),
  "jobs/cancel": route<JobRecord>()(z.object({ jobId: z.int() })),
  /** Starts an interrupted or failed job again; what it keeps as it goes is not done twice. */
  "jobs/resume": route<JobRecord>()(z.object({ jobId: z.int() })),
  /** Removes ended jobs from the list. */
  "jobs/clear": route<{ readonly removed: number }>()(z.object({})),
};
