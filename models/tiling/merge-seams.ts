import { byScore, cutBoxes, type MergedDetections, type TiledDetections } from "./detections.ts";
import { gridsByClass, pick } from "./merge-nms.ts";

/**
 * Joins what different tiles say of one object. Two tiles agree on an object where their boxes, each clipped to the
 * area both tiles see, overlap with an IoU above `threshold`: there both looked at the same pixels. Of the boxes joined,
 * the best one that no seam cuts gives the box; where all are cut, their union does. The best score is kept.
 * Boxes of one tile are never joined: the detector itself told them apart.
 */
export function mergeSeams(detections: TiledDetections, threshold = 0.5): MergedDetections {
  const { boxes, scores, classes, tile } = detections;
  const cut = cutBoxes(detections);
  const order = byScore(scores);
  const grids = gridsByClass(boxes, classes);
  const taken = new Uint8Array(order.length);
  const merged = Float32Array.from(boxes);
  const atSeam = Uint8Array.from(cut);
  const kept: number[] = [];
  for (const first of order) {
    if (taken[first]) continue;
    taken[first] = 1;
    kept.push(first);
    const cluster = [first];
    const tiles = new Set([tile[first]!]);
    // Objects longer than the overlap pass from tile to tile, so what was joined looks for more.
    for (let at = 0; at < cluster.length; at++) {
      for (const found of partners(cluster[at]!, detections, grids, taken, tiles, threshold)) {
        taken[found] = 1;
        tiles.add(tile[found]!);
        cluster.push(found);
      }
    }
    if (cluster.length > 1) joinBoxes(first, cluster, merged, boxes, cut);
    atSeam[first] = cluster.some((k) => cut[k]) ? 1 : 0;
  }
  return pick(detections, Int32Array.from(kept), merged, atSeam);
}

/** From every tile that the cluster does not have yet, the box that agrees best with box k. */
function partners(
  k: number,
  { boxes, classes, tile, tiles }: TiledDetections,
  grids: ReturnType<typeof gridsByClass>,
  taken: Uint8Array,
  have: ReadonlySet<number>,
  threshold: number,
): number[] {
  const best = new Map<number, { box: number; iou: number }>();
  const own = tiles[tile[k]!]!;
  grids.get(classes[k]!)!.near(k, (other) => {
    if (taken[other] || have.has(tile[other]!)) return;
    const iou = commonIou(boxes, k, other, own, tiles[tile[other]!]!);
    const known = best.get(tile[other]!);
    if (iou > threshold && (!known || iou > known.iou)) best.set(tile[other]!, { box: other, iou });
  });
  return [...best.values()].map(({ box }) => box);
}

interface Square {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** IoU of the parts of two boxes that lie where both tiles look. */
function commonIou(boxes: Float32Array, i: number, j: number, a: Square, b: Square): number {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const right = Math.min(a.left + a.size, b.left + b.size);
  const bottom = Math.min(a.top + a.size, b.top + b.size);
  const clip = (k: number) => ({
    x1: Math.max(boxes[k * 4]!, left),
    y1: Math.max(boxes[k * 4 + 1]!, top),
    x2: Math.min(boxes[k * 4 + 2]!, right),
    y2: Math.min(boxes[k * 4 + 3]!, bottom),
  });
  const p = clip(i);
  const q = clip(j);
  const w = Math.min(p.x2, q.x2) - Math.max(p.x1, q.x1);
  const h = Math.min(p.y2, q.y2) - Math.max(p.y1, q.y1);
  if (w <= 0 || h <= 0) return 0;
  const area = ({ x1, y1, x2, y2 }: typeof p) => (x2 - x1) * (y2 - y1);
  return (w * h) / (area(p) + area(q) - w * h);
}

function joinBoxes(
  first: number,
  cluster: readonly number[],
  merged: Float32Array,
  boxes: Float32Array,
  cut: Uint8Array,
): void {
  const whole = cluster.find((k) => !cut[k]); // the cluster is in order of being found: best first
  const sources = whole === undefined ? cluster : [whole];
  for (let c = 0; c < 4; c++) {
    const values = sources.map((k) => boxes[k * 4 + c]!);
    merged[first * 4 + c] = c < 2 ? Math.min(...values) : Math.max(...values);
  }
}
