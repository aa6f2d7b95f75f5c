/**
 * The judgement of every box as its rules read, one pair at a time, slow and with plain arrays: the yardstick for the
 * fast version. Only the ignored regions themselves are the engine's, which have tests of their own.
 */
import type { FailureReason } from "../../../../shared/api/images.ts";
import type { EvaluationParams } from "../../../../shared/domain/protocols.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";
import { dropInRegions } from "../../../../shared/evaluation/visdrone/regions.ts";

interface Truth {
  readonly row: number;
  readonly image: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly inRegion: boolean;
  readonly ignored: boolean;
  readonly absorbs: boolean;
  foundBy: Prediction | null;
}

interface Prediction {
  readonly row: number;
  readonly image: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly score: number;
  readonly inRegion: boolean;
  readonly outside: boolean;
  beyond: boolean;
  match: Truth | null;
}

interface PlainReason {
  readonly reason: FailureReason;
  readonly other: number;
}

export class PlainJudge {
  readonly truths: readonly Truth[];
  /** In file order. */
  readonly predictions: readonly Prediction[];
  /** By falling score, equal ones in file order. */
  readonly #falling: readonly Prediction[];
  readonly #least: number;

  constructor(set: EvaluationSet, params: EvaluationParams, iou: number) {
    // pycocotools forgives an overlap a hair below 1; VisDrone's toolkit does not.
    this.#least = params.protocol === "visdrone" || iou < 1 ? iou : 1 - 1e-10;
    this.truths = truthsOf(set, params);
    this.predictions = predictionsOf(set, params);
    this.#falling = this.predictions.toSorted((a, b) => b.score - a.score || a.row - b.row);
    markBeyond(this.predictions, this.#falling, params);
    for (const prediction of this.#falling) this.#match(prediction);
  }

  #match(prediction: Prediction): void {
    if (prediction.category < 0 || prediction.inRegion || prediction.beyond) return;
    const { category } = prediction;
    const free = this.#truthsAround(prediction)
      .filter((t) => t.category === category && !t.inRegion && (t.absorbs || t.foundBy === null))
      .filter((t) => overlapOf(prediction, t) >= this.#least)
      .sort(
        (a, b) =>
          Number(a.ignored) - Number(b.ignored) ||
          overlapOf(prediction, b) - overlapOf(prediction, a) ||
          b.row - a.row,
      );
    prediction.match = free[0] ?? null;
    if (prediction.match) prediction.match.foundBy ??= prediction;
  }

  #truthsAround({ image }: Prediction): Truth[] {
    return this.truths.filter((t) => t.image === image);
  }

  /** By falling score, without those that take no part. */
  #predictionsAround({ image }: Truth): Prediction[] {
    return this.#falling.filter((p) => p.image === image && p.category >= 0 && !p.inRegion);
  }

  isIgnoredTruth(t: number): boolean {
    const { ignored, inRegion, category } = this.truths[t]!;
    return ignored || inRegion || category < 0;
  }

  isIgnoredPrediction(p: number): boolean {
    const { match, outside, beyond, inRegion, category } = this.predictions[p]!;
    return beyond || inRegion || category < 0 || (match === null ? outside : match.ignored);
  }

  /** The ground truth of highest IoU, of its class or of any; the later row of equals. */
  bestTruth(p: number, ofItsClass: boolean): { iou: number; row: number } {
    const prediction = this.predictions[p]!;
    if (prediction.inRegion || prediction.category < 0) return { iou: 0, row: -1 };
    const [best] = this.#truthsAround(prediction)
      .filter((t) => !t.inRegion && (!ofItsClass || t.category === prediction.category))
      .filter((t) => iouOf(prediction.box, t.box) > 0)
      .sort((a, b) => iouOf(prediction.box, b.box) - iouOf(prediction.box, a.box) || b.row - a.row);
    return best === undefined
      ? { iou: 0, row: -1 }
      : { iou: iouOf(prediction.box, best.box), row: best.row };
  }

  /** The prediction of highest IoU; the higher score of equals. */
  nearestPrediction(t: number): { iou: number; row: number } {
    const truth = this.truths[t]!;
    const ious = (truth.inRegion ? [] : this.#predictionsAround(truth)).map(({ row, box }) => ({
      iou: iouOf(box, truth.box),
      row,
    }));
    const [best] = ious.filter(({ iou }) => iou > 0).sort((a, b) => b.iou - a.iou);
    return best ?? { iou: 0, row: -1 };
  }

  /** Rows of the highest-scoring predictions that could explain a miss; -1 for none. */
  causes(t: number): { beyondMaxDets: number; wrongClass: number; poorBox: number } {
    const truth = this.truths[t]!;
    const around = (truth.inRegion ? [] : this.#predictionsAround(truth)).map((p) => ({
      ...p,
      same: p.category === truth.category,
      iou: iouOf(p.box, truth.box),
      idle: p.match === null && !p.beyond,
    }));
    const first = (fits: (p: (typeof around)[number]) => boolean) => around.find(fits)?.row ?? -1;
    return {
      beyondMaxDets: first(({ beyond, same, iou }) => beyond && same && iou >= this.#least),
      wrongClass: first(({ idle, same, iou }) => idle && !same && iou >= this.#least),
      poorBox: first(({ idle, same, iou }) => idle && same && iou >= 0.1 && iou < this.#least),
    };
  }

  reasonOfMiss(t: number, threshold: number): PlainReason {
    const { foundBy } = this.truths[t]!;
    if (foundBy) return { reason: "below-score", other: foundBy.row };
    const { beyondMaxDets, wrongClass, poorBox } = this.causes(t);
    const counts = (p: number) => p >= 0 && this.predictions[p]!.score >= threshold;
    if (counts(beyondMaxDets)) return { reason: "beyond-max-dets", other: beyondMaxDets };
    if (counts(wrongClass)) return { reason: "wrong-class", other: wrongClass };
    if (counts(poorBox)) return { reason: "poor-box", other: poorBox };
    if (beyondMaxDets >= 0) return { reason: "below-score", other: beyondMaxDets };
    return { reason: "no-detection", other: this.nearestPrediction(t).row };
  }

  reasonOfFalseAlarm(p: number, iou: number): PlainReason {
    const same = this.bestTruth(p, true);
    const any = this.bestTruth(p, false);
    if (same.iou >= iou) return { reason: "duplicate", other: same.row };
    if (any.iou >= iou) return { reason: "wrong-class", other: any.row };
    if (same.iou >= 0.1) return { reason: "poor-box", other: same.row };
    return { reason: any.iou >= 0.1 ? "poor-box" : "background", other: any.row };
  }
}

function truthsOf(set: EvaluationSet, { protocol, areaRanges }: EvaluationParams): Truth[] {
  const { truth } = set;
  const dropped = protocol === "visdrone" ? dropInRegions(set).truth : [];
  return [...truth.area.keys()].map((row) => {
    const flag = (protocol === "coco" ? truth.crowd : truth.ignore)[row] === 1;
    return {
      row,
      image: truth.image[row]!,
      category: truth.category[row]!,
      box: boxOf(truth.boxes, row),
      inRegion: dropped[row] === 1,
      ignored: flag || isOutside(truth.area[row]!, areaRanges),
      absorbs: flag && protocol !== "soda-d",
      foundBy: null,
    };
  });
}

function predictionsOf(
  set: EvaluationSet,
  { protocol, areaRanges }: EvaluationParams,
): Prediction[] {
  const { predictions } = set;
  const dropped = protocol === "visdrone" ? dropInRegions(set).predictions : [];
  return [...predictions.score.keys()].map((row) => {
    const box = boxOf(predictions.boxes, row);
    return {
      row,
      image: predictions.image[row]!,
      category: predictions.category[row]!,
      box,
      score: predictions.score[row]!,
      inRegion: dropped[row] === 1,
      outside: isOutside(box[2]! * box[3]!, areaRanges),
      beyond: false,
      match: null,
    };
  });
}

/** VisDrone cuts each image in file order, whatever the class; the others each class of an image by score. */
function markBeyond(
  inFile: readonly Prediction[],
  falling: readonly Prediction[],
  { protocol, maxDets }: EvaluationParams,
): void {
  const isVisDrone = protocol === "visdrone";
  const lists = Map.groupBy(
    isVisDrone
      ? inFile.filter((p) => !p.inRegion)
      : falling.filter(({ category }) => category >= 0),
    ({ image, category }) => (isVisDrone ? `${image}` : `${image} ${category}`),
  );
  for (const list of lists.values())
    for (const prediction of list.slice(Math.max(...maxDets))) prediction.beyond = true;
}

function isOutside(area: number, ranges: EvaluationParams["areaRanges"]): boolean {
  return !ranges.some(({ low, high }) => low <= area && area <= high);
}

const boxOf = (boxes: Float64Array, row: number) => [...boxes.subarray(4 * row, 4 * row + 4)];

function overlapOf({ box }: Prediction, truth: Truth): number {
  return truth.absorbs ? sharedArea(box, truth.box) / (box[2]! * box[3]!) : iouOf(box, truth.box);
}

export function iouOf(a: readonly number[], b: readonly number[]): number {
  const shared = sharedArea(a, b);
  return shared / (a[2]! * a[3]! + b[2]! * b[3]! - shared);
}

/** a, b: xywh pixels. */
export function sharedArea(
  [x, y, w, h]: readonly number[],
  [u, v, a, b]: readonly number[],
): number {
  const wide = Math.min(x! + w!, u! + a!) - Math.max(x!, u!);
  const tall = Math.min(y! + h!, v! + b!) - Math.max(y!, v!);
  return wide > 0 && tall > 0 ? wide * tall : 0;
}
