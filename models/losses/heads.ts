/** What the losses see of one set of predictions, and what they give back. B images, Q queries, K classes, C channels. */
import type { Matches } from "./matching.ts";

/** Only decoder layers have these; they are what SPR and SR act on. J = heads * levels * points. */
export interface LayerParts {
  /** Position among the decoder layers. */
  readonly index: number;
  /** [B,Q,C] the layer's output, and [B,Q,C] the box head's last hidden layer. */
  readonly hidden: Float32Array;
  readonly boxHidden: Float32Array;
  /** [B,Q,J] displacements of the sampling points, image units, and their attention weights. */
  readonly offsetsX: Float32Array;
  readonly offsetsY: Float32Array;
  readonly attention: Float32Array;
  /** [B,Q,4] box the layer started from, cxcywh. */
  readonly reference: Float32Array;
}

export interface HeadOutputs {
  /** `decoder 2`, `encoder`, `denoising 0`. */
  readonly name: string;
  readonly queries: number;
  /** [B,Q,K] */
  readonly logits: Float64Array;
  /** [B,Q,4] cxcywh, 0..1. */
  readonly boxes: Float64Array;
  /** Who is matched with what where that is known beforehand (denoising); null: the matcher decides. */
  readonly matches: Matches | null;
  /** How often each object is asked for: the number of denoising groups, else 1. Divides the head's losses. */
  readonly groups: number;
  readonly layer: LayerParts | null;
}

/** Gradients of the total by one head's outputs; the layer's are null where no switch touches them. */
export interface HeadGradients {
  readonly logits: Float64Array;
  readonly boxes: Float64Array;
  readonly hidden: Float32Array | null;
  readonly boxHidden: Float32Array | null;
  readonly offsetsX: Float32Array | null;
  readonly offsetsY: Float32Array | null;
  readonly attention: Float32Array | null;
}

/** Copies row `k` of each match out of a [B,Q,width] array. Returns [P,width]. */
export function rowsOf(
  values: Float32Array,
  matches: Matches,
  queries: number,
  width: number,
): Float64Array {
  const out = new Float64Array(matches.query.length * width);
  matches.query.forEach((query, k) => {
    const from = (matches.image[k]! * queries + query) * width;
    out.set(values.subarray(from, from + width), k * width);
  });
  return out;
}

/** The reverse: puts rows [P,width], times `factor`, into zeros shaped like the source. */
export function scatterRows(
  rows: Float64Array,
  matches: Matches,
  queries: number,
  width: number,
  length: number,
  factor: number,
): Float32Array {
  const out = new Float32Array(length);
  matches.query.forEach((query, k) => {
    const to = (matches.image[k]! * queries + query) * width;
    for (let c = 0; c < width; c++) out[to + c] = rows[k * width + c]! * factor;
  });
  return out;
}
