/**
 * COCO scoring word for word, slow and plain, to compare the engine with. It follows pycocotools 2.0.11 loop by loop
 * (and the two changes of SODA-D's evaluator); nothing here is clever, and none of it is shared with the engine.
 * Letters: T IoU thresholds, R recall thresholds, K classes, A area ranges, M maxDets.
 */
import type { EvaluationParams } from "../../../shared/domain/protocols.ts";
import type { EvaluationSet } from "../../../shared/evaluation/types.ts";

interface Truth {
  box: number[];
  area: number;
  crowd: boolean;
  ignore: boolean;
}

interface Detection {
  box: number[];
  score: number;
}

interface ImageResult {
  scores: number[];
  /** [T][detections] a ground truth was matched. */
  matched: boolean[][];
  /** [T][detections] counts neither way. */
  ignored: boolean[][];
  truthIgnored: boolean[];
}

export interface ReferenceArrays {
  /** [T,R,K,A,M] */
  precision: Float64Array;
  /** [T,K,A,M] */
  recall: Float64Array;
  /** [T,R,K,A,M] */
  scores: Float64Array;
}

export function referenceArrays(set: EvaluationSet, params: EvaluationParams): ReferenceArrays {
  const T = 10;
  const R = 101;
  const K = set.categoryIds.length;
  const A = params.areaRanges.length;
  const M = params.maxDets.length;
  const precision = new Float64Array(T * R * K * A * M).fill(-1);
  const recall = new Float64Array(T * K * A * M).fill(-1);
  const scores = new Float64Array(T * R * K * A * M).fill(-1);
  for (let k = 0; k < K; k++)
    for (let a = 0; a < A; a++) {
      const images: ImageResult[] = [];
      for (let i = 0; i < set.imageIds.length; i++) {
        const result = evaluateImage(set, params, i, k, a);
        if (result) images.push(result);
      }
      for (let m = 0; m < M; m++) {
        const curves = accumulateImages(images, params.maxDets[m]!);
        if (!curves) continue;
        for (let t = 0; t < T; t++) {
          recall[((t * K + k) * A + a) * M + m] = curves.recall[t]!;
          for (let r = 0; r < R; r++) {
            const slot = (((t * R + r) * K + k) * A + a) * M + m;
            precision[slot] = curves.precision[t]![r]!;
            scores[slot] = curves.scores[t]![r]!;
          }
        }
      }
    }
  return { precision, recall, scores };
}

function iouThreshold(t: number): number {
  return t === 9 ? 0.95 : t * ((0.95 - 0.5) / 9) + 0.5;
}

function recallThreshold(r: number): number {
  return r === 100 ? 1 : r * 0.01;
}

function evaluateImage(
  set: EvaluationSet,
  params: EvaluationParams,
  image: number,
  category: number,
  range: number,
): ImageResult | null {
  const soda = params.protocol === "soda-d";
  const { low, high } = params.areaRanges[range]!;
  let truths: Truth[] = [];
  set.truth.image.forEach((ofImage, n) => {
    if (ofImage !== image || set.truth.category[n] !== category) return;
    const area = set.truth.area[n]!;
    const flag = soda ? set.truth.ignore[n] === 1 : set.truth.crowd[n] === 1;
    truths.push({
      box: [...set.truth.boxes.subarray(4 * n, 4 * n + 4)],
      area,
      crowd: !soda && set.truth.crowd[n] === 1,
      ignore: flag || area < low || area > high,
    });
  });
  let detections: Detection[] = [];
  set.predictions.image.forEach((ofImage, p) => {
    if (ofImage !== image || set.predictions.category[p] !== category) return;
    const box = [...set.predictions.boxes.subarray(4 * p, 4 * p + 4)];
    detections.push({ box, score: set.predictions.score[p]! });
  });
  if (truths.length === 0 && detections.length === 0) return null;
  // Array.prototype.sort is stable, as numpy's mergesort is.
  truths = truths.sort((a, b) => Number(a.ignore) - Number(b.ignore));
  detections = detections.sort((a, b) => b.score - a.score).slice(0, params.maxDets.at(-1));

  const matched: boolean[][] = [];
  const ignored: boolean[][] = [];
  for (let t = 0; t < 10; t++) {
    const taken = truths.map(() => false);
    matched.push([]);
    ignored.push([]);
    for (const detection of detections) {
      let iou = Math.min(iouThreshold(t), 1 - 1e-10);
      let match = -1;
      for (let g = 0; g < truths.length; g++) {
        if (taken[g] && !truths[g]!.crowd) continue;
        if (match > -1 && !truths[match]!.ignore && truths[g]!.ignore) break;
        const here = intersectionOverUnion(detection.box, truths[g]!.box, truths[g]!.crowd);
        if (here < iou) continue;
        iou = here;
        match = g;
      }
      if (match > -1) taken[match] = true;
      const area = detection.box[2]! * detection.box[3]!;
      matched[t]!.push(match > -1);
      ignored[t]!.push(match > -1 ? truths[match]!.ignore : area < low || area > high);
    }
  }
  return {
    scores: detections.map(({ score }) => score),
    matched,
    ignored,
    truthIgnored: truths.map(({ ignore }) => ignore),
  };
}

function intersectionOverUnion(detection: number[], truth: number[], crowd: boolean): number {
  const [dx, dy, dw, dh] = detection as [number, number, number, number];
  const [gx, gy, gw, gh] = truth as [number, number, number, number];
  const w = Math.min(dw + dx, gw + gx) - Math.max(dx, gx);
  if (w <= 0) return 0;
  const h = Math.min(dh + dy, gh + gy) - Math.max(dy, gy);
  if (h <= 0) return 0;
  const intersection = w * h;
  const union = crowd ? dw * dh : dw * dh + gw * gh - intersection;
  return intersection / union;
}

function accumulateImages(
  images: ImageResult[],
  maxDet: number,
): { precision: number[][]; recall: number[]; scores: number[][] } | null {
  const truthCount = images.flatMap(({ truthIgnored }) => truthIgnored).filter((no) => !no).length;
  if (images.length === 0 || truthCount === 0) return null;
  const all = images.flatMap((image) =>
    image.scores.slice(0, maxDet).map((score, d) => ({ score, image, d })),
  );
  all.sort((a, b) => b.score - a.score);
  const precision: number[][] = [];
  const recall: number[] = [];
  const scores: number[][] = [];
  for (let t = 0; t < 10; t++) {
    let truePositives = 0;
    let falsePositives = 0;
    const recallAt: number[] = [];
    const precisionAt: number[] = [];
    for (const { image, d } of all) {
      if (!image.ignored[t]![d]) {
        if (image.matched[t]![d]) truePositives++;
        else falsePositives++;
      }
      recallAt.push(truePositives / truthCount);
      precisionAt.push(truePositives / (falsePositives + truePositives + 2.220446049250313e-16));
    }
    recall.push(all.length === 0 ? 0 : recallAt.at(-1)!);
    for (let i = all.length - 1; i > 0; i--)
      if (precisionAt[i]! > precisionAt[i - 1]!) precisionAt[i - 1] = precisionAt[i]!;
    precision.push([]);
    scores.push([]);
    for (let r = 0; r < 101; r++) {
      const first = recallAt.findIndex((reached) => reached >= recallThreshold(r));
      precision[t]!.push(first < 0 ? 0 : precisionAt[first]!);
      scores[t]!.push(first < 0 ? 0 : all[first]!.score);
    }
  }
  return { precision, recall, scores };
}
