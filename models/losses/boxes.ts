/**
 * Overlap of box pairs and the regression loss of DETR, with gradients by hand.
 * Boxes are cxcywh, 0..1, packed four numbers each; all in float64.
 */

/** IoU and GIoU of one pair, and what their gradients need. */
export interface PairOverlap {
  readonly iou: number;
  readonly giou: number;
}

interface Edges {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

function edges(boxes: Float64Array, row: number): Edges {
  const at = row * 4;
  const halfW = boxes[at + 2]! / 2;
  const halfH = boxes[at + 3]! / 2;
  return {
    x1: boxes[at]! - halfW,
    y1: boxes[at + 1]! - halfH,
    x2: boxes[at]! + halfW,
    y2: boxes[at + 1]! + halfH,
  };
}

const area = ({ x1, y1, x2, y2 }: Edges) => (x2 - x1) * (y2 - y1);

/** IoU and GIoU (Rezatofighi et al. 2019) of row `i` of `a` and row `j` of `b`; both [*,4] cxcywh. */
export function pairOverlap(a: Float64Array, i: number, b: Float64Array, j: number): PairOverlap {
  const p = edges(a, i);
  const q = edges(b, j);
  const w = Math.max(0, Math.min(p.x2, q.x2) - Math.max(p.x1, q.x1));
  const h = Math.max(0, Math.min(p.y2, q.y2) - Math.max(p.y1, q.y1));
  const inter = w * h;
  const union = area(p) + area(q) - inter;
  const hull =
    (Math.max(p.x2, q.x2) - Math.min(p.x1, q.x1)) * (Math.max(p.y2, q.y2) - Math.min(p.y1, q.y1));
  const iou = inter / union;
  return { iou, giou: iou - (hull - union) / hull };
}

/** Share of the gradient of max(a, b) that goes to `a`: ties are split, as automatic differentiation does. */
const toLarger = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);

/** Gradient of GIoU by the first box's [cx, cy, w, h]. */
function giouGradient(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
): [number, number, number, number] {
  const p = edges(a, i);
  const q = edges(b, j);
  const rawW = Math.min(p.x2, q.x2) - Math.max(p.x1, q.x1);
  const rawH = Math.min(p.y2, q.y2) - Math.max(p.y1, q.y1);
  const w = Math.max(0, rawW);
  const h = Math.max(0, rawH);
  const inter = w * h;
  const union = area(p) + area(q) - inter;
  const hullW = Math.max(p.x2, q.x2) - Math.min(p.x1, q.x1);
  const hullH = Math.max(p.y2, q.y2) - Math.min(p.y1, q.y1);
  const hull = hullW * hullH;
  // giou = I/U - 1 + U/C, and U = A + B - I
  const byUnion = -inter / (union * union) + 1 / hull;
  const byInter = 1 / union - byUnion;
  const byHull = -union / (hull * hull);
  const liveW = rawW >= 0 ? h : 0;
  const liveH = rawH >= 0 ? w : 0;
  const pw = p.x2 - p.x1;
  const ph = p.y2 - p.y1;
  const x1 =
    byInter * -liveW * toLarger(p.x1, q.x1) - byUnion * ph - byHull * hullH * toLarger(q.x1, p.x1);
  const x2 =
    byInter * liveW * toLarger(q.x2, p.x2) + byUnion * ph + byHull * hullH * toLarger(p.x2, q.x2);
  const y1 =
    byInter * -liveH * toLarger(p.y1, q.y1) - byUnion * pw - byHull * hullW * toLarger(q.y1, p.y1);
  const y2 =
    byInter * liveH * toLarger(q.y2, p.y2) + byUnion * pw + byHull * hullW * toLarger(p.y2, q.y2);
  return [x1 + x2, y1 + y2, (x2 - x1) / 2, (y2 - y1) / 2];
}

/** Weights inside the regression term: 5 * L1 + 2 * (1 - GIoU). */
export interface BoxLossWeights {
  readonly l1: number;
  readonly giou: number;
}

export const defaultBoxLoss: BoxLossWeights = { l1: 5, giou: 2 };

/** The loss of one pair, unweighted parts apart, and its gradient by the prediction. */
export interface PairLoss {
  readonly l1: number;
  readonly giou: number;
  /** weights.l1 * l1 + weights.giou * giou */
  readonly value: number;
  /** Of `value`, by cx, cy, w, h. */
  readonly gradient: readonly [number, number, number, number];
}

/** L1 plus GIoU of predicted row `i` and its ground truth, row `j`; both [*,4] cxcywh 0..1. */
export function pairLoss(
  predicted: Float64Array,
  i: number,
  truth: Float64Array,
  j: number,
  weights: BoxLossWeights = defaultBoxLoss,
): PairLoss {
  const gradient = giouGradient(predicted, i, truth, j);
  let l1 = 0;
  for (let k = 0; k < 4; k++) {
    const difference = predicted[i * 4 + k]! - truth[j * 4 + k]!;
    l1 += Math.abs(difference);
    gradient[k] = weights.l1 * Math.sign(difference) - weights.giou * gradient[k]!;
  }
  const giou = 1 - pairOverlap(predicted, i, truth, j).giou;
  return { l1, giou, value: weights.l1 * l1 + weights.giou * giou, gradient };
}
