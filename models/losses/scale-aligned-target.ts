/** Scale-aligned target (ST, Eq. 7-15): how well a predicted box fits in overlap and in scale. */
import { pairOverlap } from "./boxes.ts";

export interface ScaleAlignedTarget {
  /** Share of the overlap in the geometric mean with the scale agreement. */
  readonly beta: number;
  /** Sharpness of the scale agreement. */
  readonly theta: number;
}

export const defaultScaleAlignedTarget: ScaleAlignedTarget = { beta: 0.73, theta: 6 };

export interface TargetParts {
  /** IoU. */
  readonly u: number;
  /** Area of the prediction over area of the ground truth. */
  readonly rho: number;
  /** exp(-theta * (sqrt(rho) - 1)^2) */
  readonly v: number;
  /** u^beta * v^(1 - beta): the target of the labelled class. */
  readonly c: number;
}

/** Row `i` of `predicted` against row `j` of `truth`, both [*,4] cxcywh. No gradient flows through it. */
export function scaleAlignedTarget(
  predicted: Float64Array,
  i: number,
  truth: Float64Array,
  j: number,
  { beta, theta }: ScaleAlignedTarget,
): TargetParts {
  const u = pairOverlap(predicted, i, truth, j).iou;
  const rho =
    (predicted[i * 4 + 2]! * predicted[i * 4 + 3]!) / (truth[j * 4 + 2]! * truth[j * 4 + 3]!);
  const v = Math.exp(-theta * (Math.sqrt(rho) - 1) ** 2);
  return { u, rho, v, c: u ** beta * v ** (1 - beta) };
}
