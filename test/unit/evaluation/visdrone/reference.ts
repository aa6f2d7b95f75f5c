/**
 * VisDrone's scoring word for word, slow and plain, to compare the engine with: a mask of pixels for the ignored
 * regions, one loop a class, image and threshold for the matching. It follows the steps A to E of the DET toolkit
 * (dropObjectsInIgr.m, calcAccuracy.m, evalRes.m, compOas.m, VOCap.m); area ranges are the addition that the engine
 * documents. None of it is shared with the engine.
 */
import type { AreaRange, EvaluationParams } from "../../../../shared/domain/protocols.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";

interface Truth {
  readonly box: readonly number[];
  readonly ignored: boolean;
  /** Ignored by its own flag: may be matched many times, by the share of the prediction that it covers. */
  readonly absorbs: boolean;
}

interface Prediction {
  readonly row: number;
  readonly box: readonly number[];
  readonly score: number;
}

interface ClassCurves {
  /** [T] */
  readonly ap: number[];
  /** [M][T] */
  readonly recall: number[][];
  /** Images that hold the class. */
  readonly images: number;
  readonly counted: number;
}

export interface VisDroneReference {
  readonly summary: Record<string, number | null>;
  readonly perClass: {
    truthCount: number;
    predictionCount: number;
    ap: number | null;
    ap50: number | null;
    ap75: number | null;
    ar: number | null;
    areas: Record<string, number | null>;
  }[];
  /** [A][T] */
  readonly apByIou: (number | null)[][];
  /** [A] */
  readonly truthCounts: number[];
}

/** MATLAB's 0.5:0.05:0.95: from both ends to the middle. */
const step = 0.05;
const thresholds = [
  ...[0, 1, 2, 3, 4].map((steps) => 0.5 + steps * step),
  ...[4, 3, 2, 1, 0].map((steps) => 0.95 - steps * step),
];

/** `all` must be the first area range: the headline of the protocol. */
export function referenceVisDrone(set: EvaluationSet, params: EvaluationParams): VisDroneReference {
  const kept = dropInside(set);
  const curves = params.areaRanges.map((range) =>
    set.categoryIds.map((_, k) => curvesOf(set, kept, k, range, params.maxDets)),
  );
  const all = curves[0]!;
  const summary: Record<string, number | null> = {
    AP: meanOf(all, ({ ap }) => average(ap)),
    AP50: meanOf(all, ({ ap }) => ap[0]!),
    AP75: meanOf(all, ({ ap }) => ap[5]!),
  };
  params.maxDets.forEach((limit, m) => {
    summary[`AR${limit}`] = meanOf(all, ({ recall }) => average(recall[m]!));
  });
  if (curves.length > 1)
    params.areaRanges.forEach(({ label }, a) => {
      summary[`AP_${label}`] = meanOf(curves[a]!, ({ ap }) => average(ap));
      summary[`AR_${label}`] = meanOf(curves[a]!, ({ recall }) => average(recall.at(-1)!));
    });
  return {
    summary,
    perClass: set.categoryIds.map((_, k) => {
      const own = all[k]!;
      const or = (value: number, of = own) => (of.images === 0 ? null : value);
      return {
        truthCount: own.counted,
        predictionCount: set.predictions.category.filter((category) => category === k).length,
        ap: or(average(own.ap)),
        ap50: or(own.ap[0]!),
        ap75: or(own.ap[5]!),
        ar: or(average(own.recall.at(-1)!)),
        areas: Object.fromEntries(
          params.areaRanges.map(({ label }, a) => [
            label,
            or(average(curves[a]![k]!.ap), curves[a]![k]!),
          ]),
        ),
      };
    }),
    apByIou: curves.map((range) => thresholds.map((_, t) => meanOf(range, ({ ap }) => ap[t]!))),
    truthCounts: curves.map((range) => range.reduce((sum, { counted }) => sum + counted, 0)),
  };
}

/** Step E: a class weighs as much as there are images that hold it. */
function meanOf(classes: readonly ClassCurves[], value: (curves: ClassCurves) => number) {
  const entries = classes.flatMap((curves) => Array<number>(curves.images).fill(value(curves)));
  return entries.length === 0 ? null : average(entries);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function boxOf(boxes: Float64Array, row: number): number[] {
  return [...boxes.subarray(4 * row, 4 * row + 4)];
}

/** Step A. Which rows of ground truth and predictions stay. */
function dropInside(set: EvaluationSet): { truth: boolean[]; predictions: boolean[] } {
  const masks = Array.from(set.imageIds, (_, i) => maskOf(set, i));
  const stays = (image: Int32Array, boxes: Float64Array) =>
    [...image].map((i, row) => {
      const mask = masks[i];
      return !mask || shareInside(mask, boxOf(boxes, row)) < 0.5;
    });
  return {
    truth: stays(set.truth.image, set.truth.boxes),
    predictions: stays(set.predictions.image, set.predictions.boxes),
  };
}

/** [height][width], counted from 0; none for an image without regions. */
function maskOf(set: EvaluationSet, image: number): boolean[][] | null {
  const rows = [...set.regions!.image.keys()].filter((row) => set.regions!.image[row] === image);
  if (rows.length === 0) return null;
  const width = set.imageSizes![2 * image]!;
  const height = set.imageSizes![2 * image + 1]!;
  const mask = Array.from({ length: height }, () => Array<boolean>(width).fill(false));
  for (const row of rows) {
    const [x, y, w, h] = wholePixels(boxOf(set.regions!.boxes, row));
    for (let i = y!; i <= Math.min(height, y! + h!); i++)
      for (let j = x!; j <= Math.min(width, x! + w!); j++) mask[i - 1]![j - 1] = true;
  }
  return mask;
}

function shareInside(mask: boolean[][], box: number[]): number {
  const [x, y, w, h] = wholePixels(box);
  let inside = 0;
  for (let i = y! + 1; i <= y! + h!; i++)
    for (let j = x! + 1; j <= x! + w!; j++) if (mask[i - 1]?.[j - 1]) inside++;
  return inside / (w! * h!);
}

/** Half away from zero, at least 1: negative halves round the other way here, but end as 1 all the same. */
function wholePixels(box: number[]): number[] {
  return box.map((value) => Math.max(1, Math.round(value)));
}

/** Steps B to D, for one class. */
function curvesOf(
  set: EvaluationSet,
  kept: ReturnType<typeof dropInside>,
  category: number,
  range: AreaRange,
  maxDets: readonly number[],
): ClassCurves {
  const outside = (area: number) => area < range.low || area > range.high;
  const images = Array.from(set.imageIds, (_, image) => {
    const truths: (Truth & { divides: boolean })[] = [];
    set.truth.image.forEach((of, n) => {
      if (of !== image || set.truth.category[n] !== category || !kept.truth[n]) return;
      const absorbs = set.truth.ignore[n] === 1;
      const far = outside(set.truth.area[n]!);
      const box = boxOf(set.truth.boxes, n);
      truths.push({ box, absorbs, ignored: absorbs || far, divides: !far });
    });
    // Ignored last; stable.
    truths.sort((a, b) => Number(a.ignored) - Number(b.ignored));
    return truths;
  });
  const divisor = images.flat().filter(({ divides }) => divides).length;
  const recall: number[][] = [];
  let ap: number[] = [];
  for (const limit of maxDets) {
    const found = thresholds.map((threshold) => {
      const outcomes: { score: number; image: number; hit: boolean; ignored: boolean }[] = [];
      images.forEach((truths, image) => {
        const predictions = firstOf(set, kept, image, limit, category);
        const taken = truths.map(() => false);
        for (const prediction of predictions) {
          const match = bestMatch(prediction, truths, taken, threshold);
          if (match >= 0) taken[match] = true;
          const ignored =
            match >= 0 ? truths[match]!.ignored : outside(prediction.box[2]! * prediction.box[3]!);
          outcomes.push({ score: prediction.score, image, hit: match >= 0 && !ignored, ignored });
        }
      });
      outcomes.sort((a, b) => b.score - a.score);
      return outcomes.filter(({ ignored }) => !ignored).map(({ hit }) => hit);
    });
    recall.push(found.map((hits) => hits.filter(Boolean).length / Math.max(1, divisor)));
    ap = found.map((hits) => areaUnderEnvelope(hits, divisor));
  }
  return {
    ap,
    recall,
    images: images.filter((truths) => truths.some(({ divides }) => divides)).length,
    counted: images.flat().filter(({ ignored }) => !ignored).length,
  };
}

/** Step C: the first rows of the image in file order, of any class; then those of the class, by falling score. */
function firstOf(
  set: EvaluationSet,
  kept: ReturnType<typeof dropInside>,
  image: number,
  limit: number,
  category: number,
): Prediction[] {
  const rows = [...set.predictions.image.keys()]
    .filter((row) => set.predictions.image[row] === image && kept.predictions[row])
    .slice(0, limit)
    .filter((row) => set.predictions.category[row] === category);
  return rows
    .map((row) => ({
      row,
      box: boxOf(set.predictions.boxes, row),
      score: set.predictions.score[row]!,
    }))
    .sort((a, b) => b.score - a.score);
}

/** evalRes.m: -1 for none. */
function bestMatch(
  prediction: Prediction,
  truths: readonly Truth[],
  taken: readonly boolean[],
  threshold: number,
): number {
  let best = -1;
  let least = threshold;
  for (let g = 0; g < truths.length; g++) {
    const truth = truths[g]!;
    if (taken[g] && !truth.absorbs) continue;
    if (best >= 0 && !truths[best]!.ignored && truth.ignored) break;
    const overlap = overlapOf(prediction.box, truth);
    if (overlap < least) continue;
    least = overlap;
    best = g;
  }
  return best;
}

function overlapOf(box: readonly number[], { box: truth, absorbs }: Truth): number {
  const [x, y, w, h] = box as [number, number, number, number];
  const [tx, ty, tw, th] = truth as [number, number, number, number];
  const wide = Math.min(x + w, tx + tw) - Math.max(x, tx);
  const tall = Math.min(y + h, ty + th) - Math.max(y, ty);
  if (wide <= 0 || tall <= 0) return 0;
  const shared = wide * tall;
  return shared / (absorbs ? w * h : w * h + tw * th - shared);
}

/** VOCap.m. hits: by falling score, the ignored ones left out. */
function areaUnderEnvelope(hits: readonly boolean[], divisor: number): number {
  const recall = [0];
  const precision = [0];
  let found = 0;
  hits.forEach((hit, i) => {
    if (hit) found++;
    recall.push(found / Math.max(1, divisor));
    precision.push(found / (i + 1));
  });
  recall.push(1);
  precision.push(0);
  for (let i = precision.length - 2; i >= 0; i--)
    precision[i] = Math.max(precision[i]!, precision[i + 1]!);
  let area = 0;
  for (let i = 1; i < recall.length; i++) area += (recall[i]! - recall[i - 1]!) * precision[i]!;
  return area;
}
