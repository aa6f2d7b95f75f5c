/** Each check takes a golden file's content and returns the worst relative difference of the losses' own code (float64). */
import { assign } from "../losses/assignment.ts";
import { pairLoss, pairOverlap } from "../losses/boxes.ts";
import { classificationLoss, sigmoid } from "../losses/classification.ts";
import {
  createWeightGenerator,
  generateWeights,
  generatorBackward,
  sampleWeights,
  zeroGradients,
  type ReweightingVariant,
} from "../losses/reweighting.ts";
import { samplePointLoss } from "../losses/sample-points.ts";
import { scaleAlignedTarget } from "../losses/scale-aligned-target.ts";
import { flatten, worstRelative, type Nested } from "./compare.ts";

interface AssignmentCase {
  cost: number[][];
  rows: number[];
  cols: number[];
  total: number;
}

/** Compares totals: where costs tie, the pairs may differ. */
export function checkAssignment(cases: readonly AssignmentCase[]): number {
  return Math.max(
    ...cases.map(({ cost, total }) => {
      const columns = cost[0]?.length ?? 0;
      const pairs = assign(flatten(cost), cost.length, columns);
      const sum = pairs.rows.reduce((s, row, k) => s + cost[row]![pairs.columns[k]!]!, 0);
      return worstRelative([sum], [total]);
    }),
  );
}

interface TargetFile {
  pred: Nested;
  gt: Nested;
  cases: { beta: number; theta: number; u: number[]; rho: number[]; v: number[]; c: number[] }[];
}

export function checkScaleAlignedTarget({ pred, gt, cases }: TargetFile): number {
  const predicted = flatten(pred);
  const truth = flatten(gt);
  return Math.max(
    ...cases.flatMap(({ beta, theta, ...expected }) => {
      const parts = Array.from({ length: predicted.length / 4 }, (_, k) =>
        scaleAlignedTarget(predicted, k, truth, k, { beta, theta }),
      );
      return (["u", "rho", "v", "c"] as const).map((key) =>
        worstRelative(
          parts.map((part) => part[key]),
          expected[key],
        ),
      );
    }),
  );
}

interface SamplePointCase {
  mode: "hinge" | "boundary";
  units: "image" | "box";
  eta: number;
  offsets: Nested;
  attention_logits: Nested;
  ref_wh: Nested;
  outside: unknown;
  offset_loss: number;
  attention_loss: number;
  d_offset_loss_d_offsets: Nested;
  d_attention_loss_d_logits: Nested;
}

export function checkSamplePoints(cases: readonly SamplePointCase[]): number {
  return Math.max(...cases.map(checkSamplePointCase));
}

function checkSamplePointCase(file: SamplePointCase): number {
  const shape = shapeOf(file.attention_logits);
  const [, heads, levels, points] = shape as [number, number, number, number];
  const group = levels * points; // the softmax runs over all points of a head
  const attention = softmax(flatten(file.attention_logits), group);
  const loss = samplePointLoss(
    {
      offsets: flatten(file.offsets),
      attention,
      reference: flatten(file.ref_wh),
      heads,
      levels,
      points,
    },
    file.eta,
    { mode: file.mode, units: file.units, eta: [file.eta] },
  );
  const outside = (file.outside as unknown[]).flat(Infinity).filter(Boolean).length;
  return Math.max(
    Math.abs(outside - loss.outside),
    worstRelative([loss.offset], [file.offset_loss]),
    worstRelative([loss.attention], [file.attention_loss]),
    worstRelative(loss.offsetGradient, flatten(file.d_offset_loss_d_offsets)),
    worstRelative(
      softmaxBackward(attention, loss.attentionGradient, group),
      flatten(file.d_attention_loss_d_logits),
    ),
  );
}

function shapeOf(nested: Nested): number[] {
  return typeof nested === "number" ? [] : [nested.length, ...shapeOf(nested[0]!)];
}

function softmax(logits: Float64Array, group: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += group) {
    const part = logits.subarray(start, start + group);
    const top = Math.max(...part);
    const sum = part.reduce((s, x) => s + Math.exp(x - top), 0);
    part.forEach((x, k) => (out[start + k] = Math.exp(x - top) / sum));
  }
  return out;
}

function softmaxBackward(y: Float64Array, dy: Float64Array, group: number): Float64Array {
  const dx = new Float64Array(y.length);
  for (let start = 0; start < y.length; start += group) {
    let dot = 0;
    for (let k = start; k < start + group; k++) dot += y[k]! * dy[k]!;
    for (let k = start; k < start + group; k++) dx[k] = y[k]! * (dy[k]! - dot);
  }
  return dx;
}

interface ReweightingInput {
  h_cls: Nested;
  h_reg: Nested;
  params: Record<string, Nested>;
  logits: number[][];
  boxes: Nested;
  gt: Nested;
  pos_query: number[];
  pos_class: number[];
  alpha: number;
  gamma: number;
}

interface ReweightingExpected {
  w_cls: number[];
  w_reg: number[];
  r_cls: number[];
  r_reg: number[];
  classification_loss: number;
  regression_loss: number;
  d_total_d: Record<string, Nested>;
}

/** The generator, the weights, both losses and all gradients of one variant. */
export function checkReweighting(
  input: ReweightingInput,
  expected: ReweightingExpected,
  variant: ReweightingVariant,
): number {
  const found = reweightedLosses(input, variant);
  return Math.max(
    worstRelative(found.wCls, expected.w_cls),
    worstRelative(found.wReg, expected.w_reg),
    worstRelative(found.rCls, expected.r_cls),
    worstRelative(found.rReg, expected.r_reg),
    worstRelative([found.classification], [expected.classification_loss]),
    worstRelative([found.regression], [expected.regression_loss]),
    ...Object.entries(expected.d_total_d).map(([name, gradient]) =>
      worstRelative(found.gradients.get(name)!, flatten(gradient)),
    ),
  );
}

function reweightedLosses(input: ReweightingInput, variant: ReweightingVariant) {
  const hCls = flatten(input.h_cls);
  const hReg = flatten(input.h_reg);
  const channels = (input.h_cls as number[][])[0]!.length;
  const generator = createWeightGenerator(channels, () => 0.5);
  for (const [name, values] of Object.entries(input.params))
    generator.parameters.get(name)!.set(flatten(values));
  const logits = flatten(input.logits);
  const boxes = flatten(input.boxes);
  const truth = flatten(input.gt);
  const classes = input.logits[0]!.length;
  const index = Int32Array.from(input.pos_query, (q, k) => q * classes + input.pos_class[k]!);
  const target = Float64Array.from(
    index,
    (_, k) => scaleAlignedTarget(boxes, k, truth, k, { beta: 0.73, theta: 6 }).c,
  );
  const score = Float64Array.from(index, (at) => sigmoid(logits[at]!));
  const pass = generateWeights(generator, hCls, hReg);
  const cls = sampleWeights(pass.cls.w, target, score, variant);
  const reg = sampleWeights(pass.reg.w, target, score, variant);
  const shape = { alpha: input.alpha, gamma: input.gamma };
  const classification = classificationLoss(logits, { index, target, weight: cls.r }, shape);
  const pairs = Array.from(index, (_, k) => pairLoss(boxes, k, truth, k));
  const each = Float64Array.from(pairs, (pair) => pair.value);
  const gradients = zeroGradients(generator);
  const into = generatorBackward(
    generator,
    pass,
    cls.backward(classification.crossEntropy),
    reg.backward(each),
    gradients,
  );
  gradients.set("logits", classification.gradient);
  gradients.set(
    "boxes",
    Float64Array.from(pairs.flatMap((p, k) => p.gradient.map((g) => g * reg.r[k]!))),
  );
  gradients.set("h_cls", into.hCls);
  gradients.set("h_reg", into.hReg);
  return {
    wCls: pass.cls.w,
    wReg: pass.reg.w,
    rCls: cls.r,
    rReg: reg.r,
    classification: classification.value,
    regression: each.reduce((sum, v, k) => sum + v * reg.r[k]!, 0),
    gradients,
  };
}

interface VarifocalFile extends ReweightingInput {
  varifocal_loss: number;
  d_varifocal_d_logits: Nested;
}

/** Eq. 3 on the same inputs, targets being the IoU. */
export function checkVarifocal(file: VarifocalFile): number {
  const logits = flatten(file.logits);
  const boxes = flatten(file.boxes);
  const truth = flatten(file.gt);
  const classes = file.logits[0]!.length;
  const index = Int32Array.from(file.pos_query, (q, k) => q * classes + file.pos_class[k]!);
  const target = Float64Array.from(index, (_, k) => pairOverlap(boxes, k, truth, k).iou);
  const loss = classificationLoss(logits, { index, target, weight: target });
  return Math.max(
    worstRelative([loss.value], [file.varifocal_loss]),
    worstRelative(loss.gradient, flatten(file.d_varifocal_d_logits)),
  );
}
