/**
 * Candidates: the pairs of a prediction and a ground truth of its class and image whose IoU reaches the lowest
 * threshold. All other pairs (96 to 99 of 100) can never match and are forgotten here.
 */
import type { GroupedTruth } from "./group-truth.ts";
import { iouThresholds, thresholdsReached } from "./thresholds.ts";

const LOWEST_IOU = iouThresholds[0]!;

/** The candidates of one class, listed prediction by prediction, best first. */
export class Candidates {
  /** [n] first of each prediction's candidates. */
  start = new Int32Array(0);
  /** [n] how many candidates each prediction has. */
  count = new Int32Array(0);
  /** Row of the ground truth in the truth columns. */
  truth = new Int32Array(1024);
  /** A bit for each IoU threshold the pair reaches. */
  reach = new Uint16Array(1024);
  #iou = new Float64Array(1024);
  #length = 0;

  /** Forgets what is there and makes room for `predictionCount` predictions, of which each is then added or left out. */
  reset(predictionCount: number): void {
    this.#length = 0;
    if (predictionCount <= this.count.length) return;
    this.start = new Int32Array(predictionCount);
    this.count = new Int32Array(predictionCount);
  }

  /**
   * Finds the candidates of prediction `index` among the grouped ground truths from..to-1, which are those of its
   * class and image. box: xywh pixels at `boxes[4 * row]`. Returns how many there are.
   */
  add(
    index: number,
    boxes: Float64Array,
    row: number,
    truth: GroupedTruth,
    from: number,
    to: number,
  ): number {
    const left = boxes[4 * row]!;
    const top = boxes[4 * row + 1]!;
    const width = boxes[4 * row + 2]!;
    const height = boxes[4 * row + 3]!;
    const right = left + width;
    const bottom = top + height;
    const area = width * height;
    const { edges, boxArea } = truth;
    this.start[index] = this.#length;
    for (let g = from, e = 4 * from; g < to; g++, e += 4) {
      const overlapWidth =
        (right < edges[e + 2]! ? right : edges[e + 2]!) - (left > edges[e]! ? left : edges[e]!);
      if (overlapWidth <= 0) continue;
      const overlapHeight =
        (bottom < edges[e + 3]! ? bottom : edges[e + 3]!) -
        (top > edges[e + 1]! ? top : edges[e + 1]!);
      if (overlapHeight <= 0) continue;
      const intersection = overlapWidth * overlapHeight;
      const truthRow = truth.row[g]!;
      // A crowd is compared by the share of the prediction inside it.
      const union = truth.crowd[truthRow] ? area : area + boxArea[g]! - intersection;
      const iou = intersection / union;
      if (iou >= LOWEST_IOU) this.#insert(this.start[index]!, iou, truthRow);
    }
    return (this.count[index] = this.#length - this.start[index]!);
  }

  /** Keeps the list that begins at `first` by descending IoU; of equal ones the later ground truth comes first. */
  #insert(first: number, iou: number, truthRow: number): void {
    if (this.#length === this.truth.length) this.#grow();
    let at = this.#length++;
    while (at > first && this.#iou[at - 1]! <= iou) {
      this.#iou[at] = this.#iou[at - 1]!;
      this.truth[at] = this.truth[at - 1]!;
      this.reach[at] = this.reach[at - 1]!;
      at--;
    }
    this.#iou[at] = iou;
    this.truth[at] = truthRow;
    this.reach[at] = thresholdsReached(iou);
  }

  #grow(): void {
    const size = 2 * this.truth.length;
    const { truth, reach } = this;
    const iou = this.#iou;
    this.truth = new Int32Array(size);
    this.truth.set(truth);
    this.reach = new Uint16Array(size);
    this.reach.set(reach);
    this.#iou = new Float64Array(size);
    this.#iou.set(iou);
  }
}
