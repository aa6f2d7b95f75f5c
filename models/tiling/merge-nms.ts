import {
  BoxGrid,
  byScore,
  cutBoxes,
  type MergedDetections,
  type TiledDetections,
} from "./detections.ts";

/**
 * SODA-D's merge: class-wise non-maximum suppression in float32; a box goes where its IoU with a better one of its
 * class is above the threshold. No score cut and no limit on the number of boxes.
 */
export function mergeNms(detections: TiledDetections, threshold = 0.5): MergedDetections {
  const { boxes, scores, classes } = detections;
  const order = byScore(scores);
  const rank = new Int32Array(order.length);
  order.forEach((k, position) => (rank[k] = position));
  const gone = new Uint8Array(order.length);
  const grids = gridsByClass(boxes, classes);
  for (const k of order) {
    if (gone[k]) continue;
    grids.get(classes[k]!)!.near(k, (other) => {
      if (rank[other]! > rank[k]! && !gone[other] && iou32(boxes, k, other) > threshold)
        gone[other] = 1;
    });
  }
  const cut = cutBoxes(detections);
  return pick(
    detections,
    order.filter((k) => !gone[k]),
    boxes,
    cut,
  );
}

export function gridsByClass(boxes: Float32Array, classes: Int32Array): Map<number, BoxGrid> {
  const members = new Map<number, number[]>();
  classes.forEach((label, k) => {
    const list = members.get(label);
    if (list) list.push(k);
    else members.set(label, [k]);
  });
  return new Map([...members].map(([label, list]) => [label, new BoxGrid(boxes, list)]));
}

/** Rounds after every operation, as single-precision code does. */
function iou32(boxes: Float32Array, i: number, j: number): number {
  const f = Math.fround;
  const a = i * 4;
  const b = j * 4;
  const w = f(Math.min(boxes[a + 2]!, boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!));
  const h = f(Math.min(boxes[a + 3]!, boxes[b + 3]!) - Math.max(boxes[a + 1]!, boxes[b + 1]!));
  if (w <= 0 || h <= 0) return 0;
  const inter = f(w * h);
  const areaA = f(f(boxes[a + 2]! - boxes[a]!) * f(boxes[a + 3]! - boxes[a + 1]!));
  const areaB = f(f(boxes[b + 2]! - boxes[b]!) * f(boxes[b + 3]! - boxes[b + 1]!));
  return f(inter / f(f(areaA + areaB) - inter));
}

/** The chosen detections in the given order, with `boxes` in place of the detections' own. */
export function pick(
  { scores, classes }: TiledDetections,
  chosen: Int32Array,
  boxes: Float32Array,
  atSeam: Uint8Array,
): MergedDetections {
  const out = new Float32Array(chosen.length * 4);
  chosen.forEach((k, position) => out.set(boxes.subarray(k * 4, k * 4 + 4), position * 4));
  return {
    boxes: out,
    scores: Float32Array.from(chosen, (k) => scores[k]!),
    classes: Int32Array.from(chosen, (k) => classes[k]!),
    atSeam: Uint8Array.from(chosen, (k) => atSeam[k]!),
  };
}
