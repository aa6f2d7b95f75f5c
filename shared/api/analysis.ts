import { z } from "zod";
import type { ErrorReport } from "../evaluation/errors/tide.ts";
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
};
