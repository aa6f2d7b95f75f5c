/** A part of the picture: brightness 0..255, [h,w] row-major. */
export interface GreyPatch {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A step in brightness smaller than this is no edge; JPEG noise on a plain ground stays below it. */
const LEAST_STEP = 9;
/** How much an edge at the border of the reach has to be stronger than one right here. */
const FAR_PENALTY = 0.5;

/**
 * How much the brightness changes from column b - 1 to column b, as the mean over all rows, for b in 0..width; signed,
 * so that noise cancels out along the edge. 0 for the two ends. axis "y": the same from row to row.
 */
export function edgeProfile(patch: GreyPatch, axis: "x" | "y"): Float64Array {
  const { width, height, values } = patch;
  const along = axis === "x" ? width : height;
  const across = axis === "x" ? height : width;
  const toNext = axis === "x" ? 1 : width;
  const toRow = axis === "x" ? width : 1;
  const profile = new Float64Array(along + 1);
  for (let b = 1; b < along; b += 1) {
    let sum = 0;
    for (let k = 0; k < across; k += 1) {
      const at = k * toRow + b * toNext;
      sum += values[at]! - values[at - toNext]!;
    }
    profile[b] = sum / across;
  }
  return profile;
}

/**
 * Where the strongest edge near `target` lies, or null where there is none within `reach`. All in pixels of the
 * profile. An edge that falls into a pixel shares its step between the two borders of that pixel, so that the centre of
 * the step lies on the edge to a part of a pixel.
 */
export function nearestEdge(profile: Float64Array, target: number, reach: number): number | null {
  let best: number | null = null;
  let bestScore = 0;
  for (let b = Math.ceil(target - reach - 1); b <= target + reach + 1; b += 1) {
    const step = Math.abs(profile[b] ?? 0);
    if (step < LEAST_STEP) continue;
    if (step < Math.abs(profile[b - 1] ?? 0) || step < Math.abs(profile[b + 1] ?? 0)) continue;
    const place = centreOfStep(profile, b);
    const distance = Math.abs(place - target);
    if (distance > reach) continue;
    const score = step * (1 - (FAR_PENALTY * distance) / reach);
    if (score > bestScore) {
      best = place;
      bestScore = score;
    }
  }
  return best;
}

/** The centre of a step over three borders; what goes the other way belongs to another edge. */
function centreOfStep(profile: Float64Array, b: number): number {
  const sign = Math.sign(profile[b]!);
  let sum = 0;
  let weight = 0;
  for (const at of [b - 1, b, b + 1]) {
    const step = Math.max(0, (profile[at] ?? 0) * sign);
    sum += step * at;
    weight += step;
  }
  return sum / weight;
}
