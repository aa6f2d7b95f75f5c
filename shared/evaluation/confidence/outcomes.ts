/**
 * What became of every prediction at every IoU threshold and in every area range, the same for all protocols, laid
 * out so that AP can be taken again and again with other weights of the images.
 * Letters: K classes, A area ranges, T IoU thresholds (10), D predictions that AP sees, N ground truths.
 */
import type { EvaluationParams } from "../../domain/protocols.ts";
import { rangesHolding } from "../group-truth.ts";
import { matchDetections } from "../match.ts";
import { hitsAt, ignoredAt, NO_CANDIDATE } from "../matches.ts";
import { headlineOf } from "../summarize.ts";
import type { EvaluationSet } from "../types.ts";
import { admittedRows, matchVisDrone, prepareVisDrone } from "../visdrone/match.ts";

export interface Outcomes {
  readonly params: EvaluationParams;
  readonly classCount: number;
  readonly imageCount: number;
  /** [K+1] where each class begins in the arrays of length D; predictions stand by falling score. */
  readonly classStart: Int32Array;
  /** [D] */
  readonly image: Int32Array;
  /** [D] a bit for each area range in which the prediction counts where it matches nothing. */
  readonly inRange: Uint16Array;
  /**
   * [D,A] a bit for each IoU threshold at which the prediction is a hit; the same for counting neither way, which
   * VisDrone's also says of those that match nothing and lie outside the range.
   */
  readonly hits: Uint16Array;
  readonly ignored: Uint16Array;
  /** [N] and a bit for each area range in which recall divides by the object; -1 for objects of no class. */
  readonly truthImage: Int32Array;
  readonly truthCategory: Int32Array;
  readonly truthCounts: Uint16Array;
}

/** The set must have passed `checkSet`. Predictions beyond the maxDets of AP are left out. */
export function outcomesOf(set: EvaluationSet, params: EvaluationParams): Outcomes {
  return params.protocol === "visdrone" ? visDroneOutcomes(set, params) : cocoOutcomes(set, params);
}

function cocoOutcomes(set: EvaluationSet, params: EvaluationParams): Outcomes {
  // Smaller maxDets see a prefix of the same matching, so matching at the one alone gives the same.
  const maxDets = [params.maxDets[headlineOf(params).apMaxDets]!];
  const matches = matchDetections(set, { ...params, maxDets });
  const D = matches.image.length;
  const A = params.areaRanges.length;
  const hits = new Uint16Array(D * A);
  const ignored = new Uint16Array(D * A);
  for (let at = 0; at < D; at++) {
    if (matches.candidate[at] === NO_CANDIDATE) continue;
    for (let a = 0; a < A; a++) {
      hits[at * A + a] = hitsAt(matches, at, a);
      ignored[at * A + a] = ignoredAt(matches, at, a);
    }
  }
  return {
    params,
    classCount: matches.classCount,
    imageCount: matches.imageCount,
    classStart: matches.classStart,
    image: matches.image,
    inRange: matches.inRange,
    hits,
    ignored,
    truthImage: set.truth.image,
    truthCategory: set.truth.category,
    truthCounts: matches.truthCounts,
  };
}

function visDroneOutcomes(set: EvaluationSet, params: EvaluationParams): Outcomes {
  const prepared = prepareVisDrone(set);
  const limit = params.maxDets.at(-1)!;
  const admitted = admittedRows(prepared, limit);
  const K = set.categoryIds.length;
  const A = params.areaRanges.length;
  const rows = Array.from({ length: K }, (): number[] => []);
  for (const p of prepared.order)
    if (admitted[p] === 1) rows[set.predictions.category[p]!]!.push(p);
  const listed = Int32Array.from(rows.flat());
  const masks = params.areaRanges.map((range) => matchVisDrone(prepared, range, limit));
  const { boxes } = set.predictions;
  const { dropped } = prepared;
  const D = listed.length;
  const hits = new Uint16Array(D * A);
  const ignored = new Uint16Array(D * A);
  for (let at = 0; at < D; at++)
    masks.forEach((mask, a) => {
      hits[at * A + a] = mask.hit[listed[at]!]!;
      ignored[at * A + a] = mask.ignored[listed[at]!]!;
    });
  const classStart = new Int32Array(K + 1);
  rows.forEach((of, k) => (classStart[k + 1] = classStart[k]! + of.length));
  return {
    params,
    classCount: K,
    imageCount: set.imageIds.length,
    classStart,
    image: listed.map((p) => set.predictions.image[p]!),
    inRange: Uint16Array.from(listed, (p) =>
      rangesHolding(boxes[4 * p + 2]! * boxes[4 * p + 3]!, params),
    ),
    hits,
    ignored,
    truthImage: set.truth.image,
    truthCategory: set.truth.category,
    // Recall divides by ignored objects too.
    truthCounts: Uint16Array.from(set.truth.area, (area, t) =>
      dropped.truth[t] === 1 ? 0 : rangesHolding(area, params),
    ),
  };
}
