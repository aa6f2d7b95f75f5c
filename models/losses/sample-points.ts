/**
 * Sample point refinement (SPR, Eq. 5 and 6): keeps the decoder's sampling points near the object.
 * Letters: N positives, H heads, L levels, P points. Sums before any division; float64.
 */

export interface SamplePointRefinement {
  /** `hinge`: distance to the expanded box. `boundary`: pulls outside points onto its border. */
  readonly mode: "hinge" | "boundary";
  /** `image`: distances in image units, so large boxes weigh more. `box`: in units of the box. */
  readonly units: "image" | "box";
  /** Expansion of the reference box for six decoder layers; resampled for another number. */
  readonly eta: readonly number[];
}

export const defaultSamplePointRefinement: SamplePointRefinement = {
  mode: "hinge",
  units: "image",
  eta: [1.5, 1.3, 1.2, 1.1, 1.05, 1.0],
};

/** Linear resampling of the expansions over `layers` decoder layers: 3 layers take the first, the middle and the last. */
export function expansionOfLayers(eta: readonly number[], layers: number): number[] {
  if (layers === 1) return [eta[0]!];
  return Array.from({ length: layers }, (_, d) => {
    const at = (d * (eta.length - 1)) / (layers - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, eta.length - 1);
    return eta[low]! + (eta[high]! - eta[low]!) * (at - low);
  });
}

export interface SamplePoints {
  /** [N,H,L,P,2] displacement from the reference centre, image units 0..1. */
  readonly offsets: Float64Array;
  /** [N,H,L,P] attention weights after the softmax. */
  readonly attention: Float64Array;
  /** [N,2] width and height of the reference box, 0..1; no gradient. */
  readonly reference: Float64Array;
  readonly heads: number;
  readonly levels: number;
  readonly points: number;
}

export interface SamplePointLoss {
  readonly offset: number;
  readonly attention: number;
  /** [N,H,L,P,2] */
  readonly offsetGradient: Float64Array;
  /** [N,H,L,P] */
  readonly attentionGradient: Float64Array;
  /** Points outside their reference box, and all points. */
  readonly outside: number;
  readonly total: number;
}

/** Eq. 5 over the outside points and Eq. 6 over every (query, head, level) that has an inside point. */
export function samplePointLoss(
  input: SamplePoints,
  eta: number,
  { mode, units }: SamplePointRefinement,
): SamplePointLoss {
  const { offsets, attention, reference, heads, levels, points } = input;
  const groups = heads * levels;
  const offsetGradient = new Float64Array(offsets.length);
  const attentionGradient = new Float64Array(attention.length);
  let offset = 0;
  let attentionLoss = 0;
  let outsideCount = 0;
  const outside = new Uint8Array(points);
  for (let n = 0; n < reference.length / 2; n++) {
    const w = reference[n * 2]!;
    const h = reference[n * 2 + 1]!;
    const unitX = units === "box" ? w : 1;
    const unitY = units === "box" ? h : 1;
    for (let g = 0; g < groups; g++) {
      const first = (n * groups + g) * points;
      for (let p = 0; p < points; p++) {
        const at = (first + p) * 2;
        const dx = offsets[at]!;
        const dy = offsets[at + 1]!;
        outside[p] = Math.abs(dx) > w / 2 || Math.abs(dy) > h / 2 ? 1 : 0;
        if (!outside[p]) continue;
        outsideCount += 1;
        const x = axisDistance(dx, (eta * w) / 2, mode);
        const y = axisDistance(dy, (eta * h) / 2, mode);
        const distance = x.value / unitX + y.value / unitY;
        offset += distance * distance;
        offsetGradient[at] = (2 * distance * x.slope) / unitX;
        offsetGradient[at + 1] = (2 * distance * y.slope) / unitY;
      }
      attentionLoss += attentionTerm(attention, attentionGradient, outside, first, points);
    }
  }
  return {
    offset,
    attention: attentionLoss,
    offsetGradient,
    attentionGradient,
    outside: outsideCount,
    total: attention.length,
  };
}

/** Distance along one axis to the border of the expanded box, and its slope by the displacement. */
function axisDistance(displacement: number, reach: number, mode: "hinge" | "boundary") {
  const beyond = Math.abs(displacement) - reach;
  if (mode === "hinge") {
    return beyond > 0 ? { value: beyond, slope: Math.sign(displacement) } : { value: 0, slope: 0 };
  }
  return { value: Math.abs(beyond), slope: Math.sign(beyond) * Math.sign(displacement) };
}

/** max(A - A_in, 0) over the outside points of one (query, head, level); gradient flows into A and A_in. */
function attentionTerm(
  attention: Float64Array,
  gradient: Float64Array,
  outside: Uint8Array,
  first: number,
  points: number,
): number {
  let best = -1;
  for (let p = 0; p < points; p++) {
    if (!outside[p] && (best < 0 || attention[first + p]! > attention[first + best]!)) best = p;
  }
  if (best < 0) return 0;
  let loss = 0;
  for (let p = 0; p < points; p++) {
    if (!outside[p]) continue;
    const excess = attention[first + p]! - attention[first + best]!;
    if (excess <= 0) continue;
    loss += excess;
    gradient[first + p]! += 1;
    gradient[first + best]! -= 1;
  }
  return loss;
}
