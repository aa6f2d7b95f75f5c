import type { XywhPixels } from "../domain/records.ts";
import { columnOf, visitOverlaps } from "../evaluation/failures/pairs.ts";
import { boxOf, type ImageEvidence } from "./evidence.ts";

/** Boxes of one class that overlap this much say the same. */
const SAME_IOU = 0.5;

/** One object, as one or several models see it. */
export interface Opinion {
  /** Index into the categories. */
  readonly category: number;
  /** The box of the highest score. */
  readonly best: XywhPixels;
  /** The mean of the models' boxes, weighted by score. */
  readonly box: XywhPixels;
  /** The highest. */
  readonly score: number;
  /** The best score of each model that says so, in falling order. */
  readonly voices: readonly Voice[];
}

export interface Voice {
  /** Index into the models. */
  readonly model: number;
  readonly score: number;
}

interface Pool {
  readonly category: Int32Array;
  /** [n,4] xywh pixels. */
  readonly boxes: Float64Array;
  readonly score: Float64Array;
  readonly model: Int32Array;
}

/**
 * What the models say of an image, each object once: by falling score, each prediction takes in those of its class
 * that overlap it enough, be they of the same model (duplicates) or of another (agreement). The order of the models
 * has no influence but on `voices[].model`.
 */
export function gatherOpinions(evidence: ImageEvidence): Opinion[] {
  const pool = poolOf(evidence);
  const { category, boxes, model, score } = pool;
  const rows = Int32Array.from(score, (_, row) => row);
  const column = columnOf(boxes, rows);
  const taken = new Uint8Array(rows.length);
  const opinions: Opinion[] = [];
  for (const head of rows) {
    if (taken[head] === 1) continue;
    const members: number[] = [head];
    taken[head] = 1;
    visitOverlaps(boxes, head, column, (_, row, shared, area, otherArea) => {
      if (taken[row] === 1 || category[row] !== category[head]) return;
      if (shared / (area + otherArea - shared) < SAME_IOU) return;
      taken[row] = 1;
      members.push(row);
    });
    members.sort((a, b) => a - b); // rows stand by falling score
    const firsts = members.filter((row, at) =>
      members.slice(0, at).every((earlier) => model[earlier] !== model[row]),
    );
    opinions.push({
      category: category[head]!,
      best: boxOf(boxes, head),
      box: meanBox(pool, firsts),
      score: score[head]!,
      voices: firsts.map((row) => ({ model: model[row]!, score: score[row]! })),
    });
  }
  return opinions;
}

/** The predictions that say something, by falling score; equal ones by class and box, so that models have no order. */
function poolOf({ models, categories, score: lowest }: ImageEvidence): Pool {
  const found: { readonly model: number; readonly row: number }[] = [];
  models.forEach(({ score, category }, model) => {
    for (let row = 0; row < score.length; row++)
      if (score[row]! >= lowest && categories.isObject[category[row]!] === 1)
        found.push({ model, row });
  });
  const numbers = ({ model, row }: (typeof found)[number]) => {
    const { score, category, boxes } = models[model]!;
    return [-score[row]!, category[row]!, ...boxes.subarray(4 * row, 4 * row + 4)];
  };
  const order = found
    .map((of) => ({ ...of, numbers: numbers(of) }))
    .sort((a, b) => {
      const at = a.numbers.findIndex((value, i) => value !== b.numbers[i]);
      return at < 0 ? 0 : a.numbers[at]! - b.numbers[at]!;
    });
  const boxes = new Float64Array(4 * order.length);
  order.forEach(({ numbers: [, , ...box] }, n) => boxes.set(box, 4 * n));
  return {
    boxes,
    category: Int32Array.from(order, ({ numbers: [, category] }) => category!),
    score: Float64Array.from(order, ({ numbers: [negated] }) => -negated!),
    model: Int32Array.from(order, ({ model }) => model),
  };
}

function meanBox({ boxes, score }: Pool, rows: readonly number[]): XywhPixels {
  const [only] = rows;
  if (rows.length === 1) return boxOf(boxes, only!);
  const total = rows.reduce((sum, row) => sum + score[row]!, 0);
  const mean = (side: number) =>
    rows.reduce((sum, row) => sum + score[row]! * boxes[4 * row + side]!, 0) / total;
  return [mean(0), mean(1), mean(2), mean(3)];
}
