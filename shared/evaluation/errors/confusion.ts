import { eachOverlappingPair } from "../failures/pairs.ts";
import { countingSort } from "../group-rows.ts";
import { scoreOrder } from "../failures/score-order.ts";
import type { Judgement } from "../failures/judge.ts";
import { FALSE_ALARM, HIT, MISS, verdictsAt } from "../failures/verdicts.ts";
import type { EvaluationSet } from "../types.ts";

/** Rows are labelled classes, columns predicted ones; the last of each is the background. */
export interface ConfusionMatrix {
  /** K + 1. */
  readonly size: number;
  /** [size,size] row-major; the background's own cell is 0. */
  readonly counts: Int32Array;
  /** [size*size+1] where the images of each cell begin in `images`. */
  readonly imageStart: Int32Array;
  /** Image indices behind each cell, ascending, each once a cell. */
  readonly images: Int32Array;
}

/**
 * Which class is predicted where which class is labelled, at the judgement's IoU and a score threshold. Hits make the
 * diagonal. Then each false alarm, by falling score, takes the missed object of highest IoU that is still free, if
 * one overlaps enough. What is left stands in the background's row (false alarms) and column (misses); ignored boxes
 * stand nowhere.
 */
export function confusionMatrix(
  set: EvaluationSet,
  judgement: Judgement,
  score: number,
): ConfusionMatrix {
  const { truth, predictions } = set;
  const verdicts = verdictsAt(judgement, set, score);
  const taken = takeMisses(set, judgement, verdicts.truth, verdicts.prediction);
  const background = set.categoryIds.length;
  const size = background + 1;
  const cells: number[] = [];
  const images: number[] = [];
  const add = (row: number, column: number, image: number) => {
    cells.push(row * size + column);
    images.push(image);
  };
  for (let p = 0; p < predictions.image.length; p++) {
    const column = predictions.category[p]!;
    const t = taken.of[p]!;
    if (verdicts.prediction[p] === HIT) add(column, column, predictions.image[p]!);
    else if (verdicts.prediction[p] === FALSE_ALARM)
      add(t === -1 ? background : truth.category[t]!, column, predictions.image[p]!);
  }
  for (let t = 0; t < truth.image.length; t++)
    if (verdicts.truth[t] === MISS && taken.isTaken[t] === 0)
      add(truth.category[t]!, background, truth.image[t]!);
  return tabulate(size, cells, images);
}

/** The missed object that each false alarm stands for, -1 for none. */
function takeMisses(
  set: EvaluationSet,
  { iou: enough }: Judgement,
  truthVerdicts: Uint8Array,
  predictionVerdicts: Uint8Array,
) {
  const of = new Int32Array(predictionVerdicts.length).fill(-1);
  const isTaken = new Uint8Array(truthVerdicts.length);
  let current = -1;
  let bestIou = 0;
  let best = -1;
  const settle = () => {
    if (best !== -1) {
      of[current] = best;
      isTaken[best] = 1;
    }
    best = -1;
    bestIou = 0;
  };
  // Predictions of an image come by falling score, and all pairs of one come together.
  eachOverlappingPair(
    {
      set,
      order: scoreOrder(set.predictions, set.imageIds.length),
      usesTruth: (t) => truthVerdicts[t] === MISS,
      usesPrediction: (p) => predictionVerdicts[p] === FALSE_ALARM,
    },
    (p, t, shared, predictionArea, truthArea) => {
      if (p !== current) {
        settle();
        current = p;
      }
      const iou = shared / (predictionArea + truthArea - shared);
      if (isTaken[t] === 1 || iou < enough || iou < bestIou) return;
      if (iou === bestIou && t < best) return;
      bestIou = iou;
      best = t;
    },
  );
  settle();
  return { of, isTaken };
}

/** Sorts by cell and image in two counting passes, and keeps each image once a cell. */
function tabulate(size: number, cellOf: readonly number[], imageOf: readonly number[]) {
  const cells = Int32Array.from(cellOf);
  const images = Int32Array.from(imageOf);
  const imageCount = images.reduce((most, image) => Math.max(most, image + 1), 0);
  const byImage = countingSort(images, imageCount, null).rows;
  const { rows, start } = countingSort(cells, size * size, byImage);
  const imageStart = new Int32Array(size * size + 1);
  const found = new Int32Array(rows.length);
  let count = 0;
  for (let cell = 0; cell < size * size; cell++) {
    imageStart[cell] = count;
    for (let i = start[cell]!; i < start[cell + 1]!; i++) {
      const image = images[rows[i]!]!;
      if (count === imageStart[cell] || found[count - 1] !== image) found[count++] = image;
    }
  }
  imageStart[size * size] = count;
  const counts = new Int32Array(size * size);
  for (let cell = 0; cell < counts.length; cell++) counts[cell] = start[cell + 1]! - start[cell]!;
  return { size, counts, imageStart, images: found.slice(0, count) };
}
