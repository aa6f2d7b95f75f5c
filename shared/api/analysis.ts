import { z } from "zod";
import type { ErrorReport } from "../evaluation/errors/tide.ts";
import type { BucketDifference, BucketInterval } from "../evaluation/confidence/bootstrap.ts";
import type { NoiseCurve } from "../evaluation/confidence/box-noise.ts";
import { route } from "./route.ts";

/** What explains a run beyond its scores. Everything is about the labels as they are now: `revision` says which. */
export interface OfRun {
  readonly runId: number;
  readonly revision: number;
}

/** TIDE's error types; `classes[].categoryId` is a category row. */
export interface RunErrors extends OfRun, ErrorReport {}

/** Rows are labelled classes, columns predicted ones; the last of each is the background. */
export interface RunConfusion extends OfRun {
  /** Category rows in the order of rows and columns; the background is not among them. */
  readonly categoryIds: readonly number[];
  readonly names: readonly string[];
  /** [K+1][K+1] objects or predictions; the background's own cell is 0. */
  readonly counts: readonly (readonly number[])[];
}

/** Bootstrap over images: how sure the AP of each bucket is. */
export interface RunIntervals extends OfRun {
  readonly resamples: number;
  /** Share of the resamples inside an interval, e.g. 0.95. */
  readonly level: number;
  readonly buckets: readonly BucketInterval[];
}

/** The other run minus this one. */
export interface RunDifference extends OfRun {
  readonly otherRunId: number;
  readonly resamples: number;
  readonly level: number;
  readonly buckets: readonly BucketDifference[];
}

/** How AP falls when labels are moved by some pixels. */
export interface RunBoxNoise extends OfRun {
  readonly curves: readonly NoiseCurve[];
}

/** What became of objects from this run to the other, at the same thresholds. */
export type ObjectChange = "gained" | "lost" | "both" | "neither";

export interface RunComparison extends OfRun {
  readonly otherRunId: number;
  readonly buckets: readonly ({ readonly label: string } & Readonly<
    Record<ObjectChange, number>
  >)[];
}

export interface ChangedObject {
  readonly imageId: number;
  readonly imagePath: string;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly annotationId: number;
  readonly categoryId: number;
  readonly box: readonly [number, number, number, number];
}

const thresholds = {
  iou: z.number().min(0.05).max(0.95).default(0.5),
  score: z.number().min(0).max(1).default(0.3),
};
/** null stands for the background. */
const cellEnd = z.int().nullable();

export const analysis = {
  /** What AP would gain if one kind of error were repaired, overall, by bucket and by class. Kept once worked out. */
  "runs/errors": route<RunErrors>()(z.object({ runId: z.int() })),
  "runs/confusion": route<RunConfusion>()(z.object({ runId: z.int(), ...thresholds })),
  /** The images behind one cell. */
  "runs/confusionImages": route<{ readonly imageIds: readonly number[] }>()(
    z.object({
      runId: z.int(),
      ...thresholds,
      truthCategoryId: cellEnd,
      predictedCategoryId: cellEnd,
    }),
  ),
  /** Kept once worked out; takes seconds for a large set. */
  "runs/intervals": route<RunIntervals>()(z.object({ runId: z.int() })),
  /** Kept once worked out. Both runs must be of one dataset; the first one's buckets count. */
  "runs/difference": route<RunDifference>()(z.object({ runId: z.int(), otherRunId: z.int() })),
  /** Kept once worked out. */
  "runs/boxNoise": route<RunBoxNoise>()(z.object({ runId: z.int() })),
  /** Object by object, in the first run's buckets. */
  "runs/compare": route<RunComparison>()(
    z.object({ runId: z.int(), otherRunId: z.int(), ...thresholds }),
  ),
  /** The objects behind one number of a comparison, the smallest first. */
  "runs/compareObjects": route<{
    readonly total: number;
    readonly objects: readonly ChangedObject[];
  }>()(
    z.object({
      runId: z.int(),
      otherRunId: z.int(),
      ...thresholds,
      bucket: z.string().max(40),
      change: z.enum(["gained", "lost", "both", "neither"]),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
};
