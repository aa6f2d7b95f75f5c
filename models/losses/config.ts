/** All choices of the training objective. Everything off is plain RT-DETR. */
import { defaultBoxLoss, type BoxLossWeights } from "./boxes.ts";
import { varifocalShape, type FocalShape } from "./classification.ts";
import { defaultMatchCost, type MatchCost } from "./matching.ts";
import type { ReweightingVariant } from "./reweighting.ts";
import type { SamplePointRefinement } from "./sample-points.ts";
import type { ScaleAlignedTarget } from "./scale-aligned-target.ts";

export interface LossConfig {
  readonly match: MatchCost;
  readonly focal: FocalShape;
  readonly box: BoxLossWeights;
  /** Factor of each term in the total (Eq. 22). */
  readonly weights: {
    readonly cls: number;
    readonly reg: number;
    readonly offset: number;
    readonly attention: number;
  };
  /** ST; null: the target is the IoU. */
  readonly scaleAlignedTarget: ScaleAlignedTarget | null;
  /** SR with its own alpha and gamma (Eq. 20); null: off. */
  readonly reweighting: { readonly variant: ReweightingVariant; readonly focal: FocalShape } | null;
  /** SPR; null: off. */
  readonly samplePoints: SamplePointRefinement | null;
}

export const plainLoss: LossConfig = {
  match: defaultMatchCost,
  focal: varifocalShape,
  box: defaultBoxLoss,
  weights: { cls: 1, reg: 1, offset: 1, attention: 1 },
  scaleAlignedTarget: null,
  reweighting: null,
  samplePoints: null,
};
