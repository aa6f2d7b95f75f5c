/** From the model's logits and boxes to detections in the pixels of the original picture. */

/** Detections of one picture, best first. */
export interface Detections {
  /** [N,4] xywh pixels of the original picture, clipped to nothing. */
  readonly boxes: Float32Array;
  readonly scores: Float32Array; // [N] 0..1
  /** Class index, [N]. */
  readonly labels: Int32Array;
  /** Which query each came from, [N]. */
  readonly queries: Int32Array;
}

export interface DetectionLimits {
  readonly maxDetections: number;
  readonly minScore: number;
}

/**
 * The best (query, class) pairs by their sigmoid score; one query may give several classes. No NMS.
 * logits: [Q,K]; boxes: [Q,4] cxcywh in 0..1 of the picture. Equal scores keep their order.
 */
export function selectDetections(
  logits: Float32Array,
  boxes: Float32Array,
  size: { readonly width: number; readonly height: number },
  { maxDetections, minScore }: DetectionLimits,
): Detections {
  const classes = logits.length / (boxes.length / 4);
  const pairs = topIndices(logits, maxDetections).filter((i) => sigmoid(logits[i]!) >= minScore);
  const found = {
    boxes: new Float32Array(pairs.length * 4),
    scores: Float32Array.from(pairs, (i) => sigmoid(logits[i]!)),
    labels: Int32Array.from(pairs, (i) => i % classes),
    queries: Int32Array.from(pairs, (i) => Math.floor(i / classes)),
  };
  for (const [rank, query] of found.queries.entries()) {
    const [cx, cy, width, height] = boxes.subarray(query * 4, query * 4 + 4) as unknown as number[];
    found.boxes[rank * 4] = (cx! - width! / 2) * size.width;
    found.boxes[rank * 4 + 1] = (cy! - height! / 2) * size.height;
    found.boxes[rank * 4 + 2] = width! * size.width;
    found.boxes[rank * 4 + 3] = height! * size.height;
  }
  return found;
}

/** Indices of the `count` largest values, largest first, lower index first where equal. */
function topIndices(values: Float32Array, count: number): number[] {
  const wanted = Math.min(count, values.length);
  if (wanted <= 0) return [];
  const least = values.toSorted()[values.length - wanted]!;
  const above: number[] = [];
  const level: number[] = [];
  for (let i = 0; i < values.length; i += 1) {
    if (values[i]! > least) above.push(i);
    else if (values[i] === least) level.push(i);
  }
  above.sort((a, b) => values[b]! - values[a]! || a - b);
  return [...above, ...level.slice(0, wanted - above.length)];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
