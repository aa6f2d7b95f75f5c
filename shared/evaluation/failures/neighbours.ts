import type { EvaluationSet } from "../types.ts";
import { eachOverlappingPair } from "./pairs.ts";

/** IoU from which a box counts as aimed at an object at all (TIDE's background threshold). */
export const NEAR_IOU = 0.1;

const NONE = -1;

/**
 * Who is near whom, by plain IoU, whatever the match. A row of -1 means that there is none. Boxes inside ignored
 * regions are left out.
 */
export interface Neighbours {
  /** [P] highest IoU with ground truth of its class, and that ground truth (the later of equals). */
  readonly bestIou: Float64Array;
  readonly bestTruth: Int32Array;
  /** [P] the same with ground truth of any class, those that are not scored included. */
  readonly bestIouAnyClass: Float64Array;
  readonly bestTruthAnyClass: Int32Array;
  /** [N] highest IoU with a prediction of any class and score, and that prediction (the higher score of equals). */
  readonly nearestIou: Float64Array;
  readonly nearestPrediction: Int32Array;
  /**
   * [N] the highest-scoring prediction of each kind that could explain a miss. That it is the highest is enough to
   * tell at any score threshold whether there is one.
   */
  readonly causes: {
    /** Its class, overlaps enough, left out by maxDets. */
    readonly beyondMaxDets: Int32Array;
    /** Another class, overlaps enough, found nothing itself. */
    readonly wrongClass: Int32Array;
    /** Its class, overlaps by NEAR_IOU or more but too little, found nothing itself. */
    readonly poorBox: Int32Array;
  };
}

export interface NeighbourInput {
  /** [P] prediction rows by descending score. */
  readonly order: Int32Array;
  readonly iou: number;
  /** [N] 1 inside ignored regions. Ground truth of classes that are not scored still explains a prediction. */
  readonly unexplaining: Uint8Array;
  readonly droppedPredictions: Uint8Array;
  readonly beyond: Uint8Array;
  /** [P] matched ground truth, or -1. */
  readonly predictionMatch: Int32Array;
}

/** Walks every overlapping pair once, the predictions of an image by descending score. */
export function findNeighbours(set: EvaluationSet, input: NeighbourInput): Neighbours {
  const { truth, predictions } = set;
  const found = emptyNeighbours(truth.image.length, predictions.image.length);
  eachOverlappingPair(
    {
      set,
      order: input.order,
      usesTruth: (t) => input.unexplaining[t] === 0,
      usesPrediction: (p) => input.droppedPredictions[p] === 0,
    },
    (p, t, shared, predictionArea, truthArea) => {
      const iou = shared / (predictionArea + truthArea - shared);
      note(found, input, p, t, iou, truth.category[t] === predictions.category[p]);
    },
  );
  return found;
}

function note(
  found: Neighbours,
  { iou: enough, beyond, predictionMatch }: NeighbourInput,
  p: number,
  t: number,
  iou: number,
  sameClass: boolean,
): void {
  keepBest(found.bestIouAnyClass, found.bestTruthAnyClass, p, iou, t);
  if (sameClass) keepBest(found.bestIou, found.bestTruth, p, iou, t);
  if (iou > found.nearestIou[t]!) {
    found.nearestIou[t] = iou;
    found.nearestPrediction[t] = p;
  }
  const { causes } = found;
  const isFree = predictionMatch[p] === NONE;
  if (beyond[p] === 1) {
    if (sameClass && iou >= enough) keepFirst(causes.beyondMaxDets, t, p);
  } else if (sameClass) {
    if (isFree && iou >= NEAR_IOU && iou < enough) keepFirst(causes.poorBox, t, p);
  } else if (isFree && iou >= enough) keepFirst(causes.wrongClass, t, p);
}

function keepBest(best: Float64Array, truth: Int32Array, p: number, iou: number, t: number): void {
  if (iou < best[p]! || (iou === best[p]! && t < truth[p]!)) return;
  best[p] = iou;
  truth[p] = t;
}

/** Predictions come by descending score, so the first is the highest. */
function keepFirst(of: Int32Array, t: number, p: number): void {
  if (of[t] === NONE) of[t] = p;
}

function emptyNeighbours(N: number, P: number): Neighbours {
  return {
    bestIou: new Float64Array(P),
    bestTruth: new Int32Array(P).fill(NONE),
    bestIouAnyClass: new Float64Array(P),
    bestTruthAnyClass: new Int32Array(P).fill(NONE),
    nearestIou: new Float64Array(N),
    nearestPrediction: new Int32Array(N).fill(NONE),
    causes: {
      beyondMaxDets: new Int32Array(N).fill(NONE),
      wrongClass: new Int32Array(N).fill(NONE),
      poorBox: new Int32Array(N).fill(NONE),
    },
  };
}
