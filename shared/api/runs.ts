import { z } from "zod";
import type { EvaluationParams, ProtocolId } from "../domain/protocols.ts";
import type { EvaluationWarning } from "../evaluation/types.ts";
import { route } from "./route.ts";

/** A run: one evaluation of one prediction set under one protocol. */
export interface RunSummary {
  readonly id: number;
  readonly name: string;
  readonly datasetId: number;
  readonly predictionSetId: number;
  readonly predictionSetName: string;
  readonly protocol: ProtocolId;
  /** The protocol's first number, 0..1. */
  readonly headline: number | null;
  readonly revision: number;
  /** True where labels were edited since. */
  readonly stale: boolean;
  readonly warningCount: number;
  readonly createdAt: number;
}

export interface MetricValue {
  /** As in the command line's summary, e.g. AP50. */
  readonly key: string;
  /** 0..1; null where the protocol has nothing to score. */
  readonly value: number | null;
}

export interface BucketScore {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Objects that count in this bucket, and images that hold one. */
  readonly truthCount: number;
  readonly imageCount: number;
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly ar: number | null;
  /** AP at each IoU threshold of the run. */
  readonly apByIou: readonly (number | null)[];
  /** Mean over classes at IoU 0.5 and 0.75, and over all thresholds: precision at the 101 recall points. */
  readonly curves: {
    readonly iou50: readonly number[];
    readonly iou75: readonly number[];
    readonly mean: readonly number[];
  } | null;
}

export interface ClassRow {
  readonly categoryId: number;
  readonly name: string;
  readonly truthCount: number;
  readonly predictionCount: number;
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly ar: number | null;
  /** AP by bucket label. */
  readonly buckets: Readonly<Record<string, number | null>>;
}

export interface RunReport extends RunSummary {
  readonly params: EvaluationParams;
  readonly evaluatorVersion: string;
  readonly iouThresholds: readonly number[];
  readonly summary: readonly MetricValue[];
  readonly buckets: readonly BucketScore[];
  readonly perClass: readonly ClassRow[];
  /** At IoU 0.5, all sizes. `edges` has one entry more than the counts. */
  readonly scoreHistogram: {
    readonly edges: readonly number[];
    readonly hits: readonly number[];
    readonly falseAlarms: readonly number[];
  };
  /** By square root of area in pixels; `found` at IoU 0.5 and any score. */
  readonly sizeHistogram: {
    readonly edges: readonly number[];
    readonly truth: readonly number[];
    readonly found: readonly number[];
  };
  readonly warnings: readonly EvaluationWarning[];
  /** Milliseconds. */
  readonly timings: {
    readonly load: number;
    readonly evaluate: number;
    readonly accumulate: number;
    readonly total: number;
  };
}

const areaRange = z.object({
  label: z.string().min(1).max(40),
  low: z.number().min(0),
  high: z.number().positive(),
});

export const evaluationParams = z.object({
  protocol: z.enum(["coco", "soda-d", "visdrone"]),
  areaRanges: z.array(areaRange).min(1).max(16),
  maxDets: z.array(z.int().min(1).max(100_000)).min(1).max(8),
});

export const runs = {
  /** Evaluates as a job; its result is { runId }. Without params: the protocol's own. */
  "runs/evaluate": route<{ readonly jobId: number }>()(
    z.object({
      predictionSetId: z.int(),
      protocol: z.enum(["coco", "soda-d", "visdrone"]),
      params: evaluationParams.optional(),
      name: z.string().max(200).optional(),
    }),
  ),
  /** Newest first; of every dataset where none is named. */
  "runs/list": route<{ readonly runs: readonly RunSummary[] }>()(
    z.object({ datasetId: z.int().optional() }),
  ),
  "runs/get": route<RunReport>()(z.object({ runId: z.int() })),
  "runs/rename": route<RunSummary>()(
    z.object({ runId: z.int(), name: z.string().min(1).max(200) }),
  ),
  "runs/remove": route<Record<string, never>>()(z.object({ runId: z.int() })),
};
