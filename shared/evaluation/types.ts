/**
 * What goes into the evaluator and what comes out: plain typed arrays in, one value out.
 * Letters: T IoU thresholds, R recall thresholds, K classes, A area ranges, M maxDets, I images, N truth, P predictions.
 */
import type { EvaluationParams } from "../domain/protocols.ts";

/** Ground truth as columns, in file order. */
export interface TruthColumns {
  /** [N] index into the images, which are in ascending id order. */
  readonly image: Int32Array;
  /** [N] index into the classes, which are in ascending id order. */
  readonly category: Int32Array;
  /** [N,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [N] square pixels, as the file says. */
  readonly area: Float64Array;
  /** [N] 0 or 1. */
  readonly crowd: Uint8Array;
  /** [N] 0 or 1. */
  readonly ignore: Uint8Array;
}

/** Predictions as columns, in file order. */
export interface PredictionColumns {
  /** [P] index into the images. */
  readonly image: Int32Array;
  /** [P] index into the classes. */
  readonly category: Int32Array;
  /** [P,4] xywh pixels. */
  readonly boxes: Float64Array;
  /** [P] */
  readonly score: Float64Array;
}

/** Areas in which VisDrone scores nothing. */
export interface RegionColumns {
  readonly image: Int32Array;
  /** [*,4] xywh pixels. */
  readonly boxes: Float64Array;
}

export interface EvaluationSet {
  /** Ascending ids as in the user's files; an index into this list is what the columns hold. */
  readonly imageIds: readonly number[] | Float64Array;
  readonly categoryIds: readonly number[];
  readonly categoryNames: readonly string[];
  readonly truth: TruthColumns;
  readonly predictions: PredictionColumns;
  /** Only VisDrone reads these. */
  readonly regions?: RegionColumns;
  /** [I,2] width, height in pixels; 0 where unknown. Only VisDrone reads these. */
  readonly imageSizes?: Float64Array;
}

/** The three arrays of pycocotools, row-major, -1 where absent. */
export interface EvaluationArrays {
  readonly shape: {
    readonly T: number;
    readonly R: number;
    readonly K: number;
    readonly A: number;
    readonly M: number;
  };
  /** [T,R,K,A,M] */
  readonly precision: Float64Array;
  /** [T,K,A,M] */
  readonly recall: Float64Array;
  /** [T,R,K,A,M] */
  readonly scores: Float64Array;
}

export interface ClassScore {
  readonly categoryId: number;
  readonly name: string;
  readonly truthCount: number;
  readonly predictionCount: number;
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly ar: number | null;
  /** AP by area-range label. */
  readonly areas: Readonly<Record<string, number | null>>;
}

export interface EvaluationResult {
  readonly params: EvaluationParams;
  /** Metric name to value, 0..1; null where the protocol has no objects to score. */
  readonly summary: Readonly<Record<string, number | null>>;
  readonly perClass: readonly ClassScore[];
  /** null for VisDrone, which has no 101-point arrays. */
  readonly arrays: EvaluationArrays | null;
  /** [A,T] AP at each IoU threshold by area range, where there are no arrays to take it from. */
  readonly apByIou?: readonly (readonly (number | null)[])[];
  /** [A] ground truths that count, per area range (not crowd, not ignored). */
  readonly truthCounts: readonly number[];
  /** Milliseconds. */
  readonly timings: { readonly evaluate: number; readonly accumulate: number };
}

export interface EvaluationWarning {
  /** Stable, e.g. `detections/beyond-max-dets`. */
  readonly code: string;
  /** Says what, how many, and the likely cause. */
  readonly message: string;
  readonly count: number;
}
