import type { EvaluationParams } from "../../domain/protocols.ts";
import { countingSort } from "../group-rows.ts";
import type { EvaluationSet } from "../types.ts";
import { dropInRegions } from "../visdrone/regions.ts";

/** What a protocol says of each row, whatever the area range. Flags are 0 or 1. */
export interface Rules {
  /** [N] counts neither way. */
  readonly ignored: Uint8Array;
  /** [N] ignored, measured by the prediction's own area, and matched any number of times. */
  readonly absorbs: Uint8Array;
  /** [N], [P] takes no part at all: inside an ignored region, or of a class that is not scored. */
  readonly droppedTruth: Uint8Array;
  readonly droppedPredictions: Uint8Array;
  /** [N] inside an ignored region, of whatever class: explains no prediction. */
  readonly unexplaining: Uint8Array;
  /** [P] takes no place in maxDets. VisDrone counts rows of classes that are not scored, save inside ignored regions. */
  readonly uncounted: Uint8Array;
}

/**
 * COCO: crowd ground truth absorbs; the file's own `ignore` has no effect. SODA-D: `ignore` counts, crowd has no
 * effect. VisDrone: `ignore` absorbs, regions drop. Category -1 marks rows of classes that are not scored.
 */
export function rulesOf(set: EvaluationSet, { protocol }: EvaluationParams): Rules {
  const { truth, predictions } = set;
  const none = new Uint8Array(truth.image.length);
  const dropped =
    protocol === "visdrone"
      ? dropInRegions(set)
      : { truth: none.slice(), predictions: new Uint8Array(predictions.image.length) };
  const unexplaining = dropped.truth.slice();
  const uncounted = protocol === "visdrone" ? dropped.predictions.slice() : dropped.predictions;
  for (let t = 0; t < truth.category.length; t++) if (truth.category[t]! < 0) dropped.truth[t] = 1;
  for (let p = 0; p < predictions.category.length; p++)
    if (predictions.category[p]! < 0) dropped.predictions[p] = 1;
  return {
    ignored: protocol === "coco" ? truth.crowd : truth.ignore,
    absorbs: protocol === "coco" ? truth.crowd : protocol === "visdrone" ? truth.ignore : none,
    droppedTruth: dropped.truth,
    droppedPredictions: dropped.predictions,
    unexplaining,
    uncounted,
  };
}

/**
 * [P] 1 for predictions that the largest maxDets leaves out: per image and class by score, for VisDrone per image in
 * file order over all classes.
 */
export function beyondMaxDets(
  set: EvaluationSet,
  { protocol, maxDets }: EvaluationParams,
  order: Int32Array,
  uncounted: Uint8Array,
): Uint8Array {
  const limit = Math.max(...maxDets);
  const { image, category } = set.predictions;
  const beyond = new Uint8Array(image.length);
  const perClass = protocol !== "visdrone";
  const byImage = countingSort(image, set.imageIds.length, perClass ? order : null);
  const used = new Int32Array(Math.max(1, set.categoryIds.length));
  for (let i = 0; i < set.imageIds.length; i++) {
    used.fill(0);
    for (let k = byImage.start[i]!; k < byImage.start[i + 1]!; k++) {
      const p = byImage.rows[k]!;
      if (uncounted[p] === 1) continue;
      const cell = perClass ? category[p]! : 0;
      if (used[cell]! >= limit) beyond[p] = 1;
      used[cell]!++;
    }
  }
  return beyond;
}
