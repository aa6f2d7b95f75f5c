/** The training objective: every head's losses in one loop, summed (Eq. 22). */
import { pairLoss, pairOverlap } from "./boxes.ts";
import { classificationLoss, sigmoid } from "./classification.ts";
import type { LossConfig } from "./config.ts";
import { rowsOf, scatterRows, type HeadGradients, type HeadOutputs } from "./heads.ts";
import { regionMask } from "./ignore-regions.ts";
import { matchQueries, type ImageTruth, type Matches } from "./matching.ts";
import {
  generateWeights,
  generatorBackward,
  sampleWeights,
  zeroGradients,
  type WeightGenerator,
} from "./reweighting.ts";
import { refinement, type RefinementInput, type RefinementTerms } from "./refinement.ts";
import { scaleAlignedTarget } from "./scale-aligned-target.ts";

/** The ground truth of one image; `regions` [R,4] cxcywh are areas where nothing counts as a negative. */
export interface TrainingTruth extends ImageTruth {
  readonly regions: Float64Array;
}

export interface LossInput extends RefinementInput {
  readonly heads: readonly HeadOutputs[];
  readonly truth: readonly TrainingTruth[];
  readonly classes: number;
  /** Needed where reweighting is on. */
  readonly generator: WeightGenerator | null;
}

/** Means and spreads for the training page. */
export interface ReweightingStatistics {
  readonly task: "cls" | "reg";
  readonly w: Float64Array;
  readonly r: Float64Array;
}

export interface LossResult {
  readonly total: number;
  /** By head and term: `vfl`, `bbox`, `giou`, `offset`, `attention`; each with its weight, so that they sum to the total. */
  readonly terms: ReadonlyMap<string, number>;
  readonly gradients: readonly HeadGradients[];
  /** By parameter of the generator; null without reweighting. */
  readonly generatorGradients: ReadonlyMap<string, Float64Array> | null;
  readonly reweighting: readonly ReweightingStatistics[];
  /** Sampling points of positives outside their box, and all; 0 of 0 without refinement. */
  readonly outside: { readonly count: number; readonly total: number };
}

/**
 * Every sum is divided by the number of ground-truth boxes in the batch, at least 1; a denoising head's also by its groups.
 */
export function totalLoss(input: LossInput, config: LossConfig): LossResult {
  const boxes = input.truth.reduce((sum, image) => sum + image.classes.length, 0);
  const terms = new Map<string, number>();
  const generatorGradients =
    config.reweighting && input.generator ? zeroGradients(input.generator) : null;
  const reweighting: ReweightingStatistics[] = [];
  const outside = { count: 0, total: 0 };
  const gradients = input.heads.map((head) => {
    const share = 1 / (Math.max(1, boxes) * head.groups);
    const add = (term: string, value: number) => terms.set(`${head.name} ${term}`, value * share);
    const matches =
      head.matches ??
      matchQueries(head.logits, head.boxes, head.queries, input.classes, input.truth, config.match);
    return headLoss(head, matches, input, config, share, {
      add,
      generatorGradients,
      reweighting,
      outside,
    });
  });
  const total = [...terms.values()].reduce((sum, value) => sum + value, 0);
  return { total, terms, gradients, generatorGradients, reweighting, outside };
}

interface Collected extends RefinementTerms {
  readonly generatorGradients: ReadonlyMap<string, Float64Array> | null;
  readonly reweighting: ReweightingStatistics[];
}

function headLoss(
  head: HeadOutputs,
  matches: Matches,
  input: LossInput,
  config: LossConfig,
  share: number,
  collected: Collected,
): HeadGradients {
  const regions = input.truth.map((image) => image.regions);
  const pairs = matchedPairs(head, matches, input, config);
  const weigh = config.reweighting && input.generator && head.layer ? config.reweighting : null;
  const layer = head.layer;
  const channels = input.generator?.channels ?? 0;
  const pass = weigh
    ? generateWeights(
        input.generator!,
        rowsOf(layer!.hidden, matches, head.queries, channels),
        rowsOf(layer!.boxHidden, matches, head.queries, channels),
      )
    : null;
  const cls = pass && sampleWeights(pass.cls.w, pairs.target, pairs.score, weigh!.variant);
  const reg = pass && sampleWeights(pass.reg.w, pairs.target, pairs.score, weigh!.variant);
  const positives = {
    index: pairs.index,
    target: pairs.target,
    weight: cls ? cls.r : pairs.target,
  };
  const classification = classificationLoss(
    head.logits,
    positives,
    weigh ? weigh.focal : config.focal,
    regionMask(head, matches, regions, input.classes),
  );
  const boxes = boxLoss(head, matches, input, config, reg?.r ?? null);
  const { weights } = config;
  collected.add("vfl", weights.cls * classification.value);
  collected.add("bbox", weights.reg * config.box.l1 * boxes.l1);
  collected.add("giou", weights.reg * config.box.giou * boxes.giou);
  let hidden: HeadGradients["hidden"] = null;
  let boxHidden: HeadGradients["boxHidden"] = null;
  if (pass && cls && reg) {
    collected.reweighting.push(
      { task: "cls", w: pass.cls.w, r: cls.r },
      { task: "reg", w: pass.reg.w, r: reg.r },
    );
    const into = generatorBackward(
      input.generator!,
      pass,
      cls.backward(scaled(classification.crossEntropy, weights.cls * share)),
      reg.backward(scaled(boxes.each, weights.reg * share)),
      collected.generatorGradients!,
    );
    // The stable variant looks at the features without pulling at them.
    if (weigh!.variant === "paper") {
      hidden = scatterRows(into.hCls, matches, head.queries, channels, layer!.hidden.length, 1);
      boxHidden = scatterRows(
        into.hReg,
        matches,
        head.queries,
        channels,
        layer!.boxHidden.length,
        1,
      );
    }
  }
  return {
    logits: scaled(classification.gradient, weights.cls * share),
    boxes: scaled(boxes.gradient, weights.reg * share),
    hidden,
    boxHidden,
    ...refinement(layer, matches, head.queries, input, config, share, collected),
  };
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((v) => v * factor);
}

/** Index of each positive in the logits, its target and the score of its labelled class. */
function matchedPairs(head: HeadOutputs, matches: Matches, input: LossInput, config: LossConfig) {
  const count = matches.query.length;
  const index = new Int32Array(count);
  const target = new Float64Array(count);
  const score = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const truth = input.truth[matches.image[k]!]!;
    const row = matches.image[k]! * head.queries + matches.query[k]!;
    const object = matches.truth[k]!;
    index[k] = row * input.classes + truth.classes[object]!;
    target[k] = config.scaleAlignedTarget
      ? scaleAlignedTarget(head.boxes, row, truth.boxes, object, config.scaleAlignedTarget).c
      : pairOverlap(head.boxes, row, truth.boxes, object).iou;
    score[k] = sigmoid(head.logits[index[k]!]!);
  }
  return { index, target, score };
}

interface BoxSums {
  readonly l1: number;
  readonly giou: number;
  /** [P] value of each pair before its weight. */
  readonly each: Float64Array;
  /** [B,Q,4] */
  readonly gradient: Float64Array;
}

function boxLoss(
  head: HeadOutputs,
  matches: Matches,
  input: LossInput,
  config: LossConfig,
  weight: Float64Array | null,
): BoxSums {
  const gradient = new Float64Array(head.boxes.length);
  const each = new Float64Array(matches.query.length);
  let l1 = 0;
  let giou = 0;
  for (let k = 0; k < each.length; k++) {
    const truth = input.truth[matches.image[k]!]!;
    const row = matches.image[k]! * head.queries + matches.query[k]!;
    const pair = pairLoss(head.boxes, row, truth.boxes, matches.truth[k]!, config.box);
    const r = weight ? weight[k]! : 1;
    l1 += r * pair.l1;
    giou += r * pair.giou;
    each[k] = pair.value;
    // Several denoising groups never share a query, so each row is written once.
    for (let c = 0; c < 4; c++) gradient[row * 4 + c] = r * pair.gradient[c]!;
  }
  return { l1, giou, each, gradient };
}
