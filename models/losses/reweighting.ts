/**
 * Sample reweighting (SR, Eq. 16-21): a small generator looks at what the heads saw of each positive and says how much
 * its losses count. Exists in training only. Letters: N positives, C hidden channels. Float64, gradients by hand.
 */
import { sigmoid } from "./classification.ts";
import { exactProducts, type LinearProducts } from "./dense.ts";
import { rowNorm, rowNormBackward, type RowNorm, type RunningStatistics } from "./row-norm.ts";

export type ReweightingVariant = "paper" | "stable";

type Task = "cls" | "reg";

/** The generator's parameters by name, and its running statistics; saved with checkpoints, not with exported weights. */
export interface WeightGenerator {
  readonly channels: number;
  readonly products: LinearProducts;
  readonly parameters: ReadonlyMap<string, Float64Array>;
  readonly running: {
    readonly shared: RunningStatistics;
    readonly cls: RunningStatistics;
    readonly reg: RunningStatistics;
  };
}

/** `random` gives numbers in 0..1. Linear maps start uniform within 1/sqrt(inputs), norms at identity. */
export function createWeightGenerator(
  channels: number,
  random: () => number,
  products: LinearProducts = exactProducts,
): WeightGenerator {
  const parameters = new Map<string, Float64Array>();
  const addLinear = (name: string, inputs: number, outputs: number) => {
    const reach = 1 / Math.sqrt(inputs);
    const draw = () => (random() * 2 - 1) * reach;
    parameters.set(`${name}.weight`, Float64Array.from({ length: inputs * outputs }, draw));
    parameters.set(`${name}.bias`, Float64Array.from({ length: outputs }, draw));
  };
  const addNorm = (name: string, width: number) => {
    parameters.set(`${name}.bn.gamma`, new Float64Array(width).fill(1));
    parameters.set(`${name}.bn.beta`, new Float64Array(width));
  };
  addLinear("shared", 2 * channels, channels);
  for (const task of ["cls", "reg"]) {
    addLinear(`${task}.gate`, channels, channels);
    addLinear(`${task}.squeeze`, channels, 1);
  }
  addNorm("shared", channels);
  addNorm("cls", 1);
  addNorm("reg", 1);
  const still = (width: number) => ({
    mean: new Float64Array(width),
    variance: new Float64Array(width).fill(1),
  });
  return {
    channels,
    products,
    parameters,
    running: { shared: still(channels), cls: still(1), reg: still(1) },
  };
}

interface TaskPass {
  readonly hidden: Float64Array;
  readonly gate: Float64Array;
  readonly gated: Float64Array;
  readonly norm: RowNorm;
  /** [N] weight of the sample, 0.5..1. */
  readonly w: Float64Array;
}

export interface GeneratorPass {
  readonly both: Float64Array;
  readonly sharedNorm: RowNorm;
  readonly attention: Float64Array;
  readonly cls: TaskPass;
  readonly reg: TaskPass;
}

/** hCls, hReg: [N,C]. Running statistics are updated. */
export function generateWeights(
  generator: WeightGenerator,
  hCls: Float64Array,
  hReg: Float64Array,
): GeneratorPass {
  const { channels: c, parameters: p, running } = generator;
  const { linear } = generator.products;
  const rows = hCls.length / c;
  const both = new Float64Array(rows * 2 * c);
  for (let n = 0; n < rows; n++) {
    both.set(hReg.subarray(n * c, (n + 1) * c), n * 2 * c);
    both.set(hCls.subarray(n * c, (n + 1) * c), n * 2 * c + c);
  }
  const shared = linear(both, p.get("shared.weight")!, p.get("shared.bias")!, 2 * c, c);
  const sharedNorm = rowNorm(
    shared,
    p.get("shared.bn.gamma")!,
    p.get("shared.bn.beta")!,
    running.shared,
  );
  const attention = sharedNorm.y.map((v) => sigmoid(Math.max(v, 0)));
  const task = (name: Task, hidden: Float64Array): TaskPass => {
    const gate = linear(
      attention,
      p.get(`${name}.gate.weight`)!,
      p.get(`${name}.gate.bias`)!,
      c,
      c,
    );
    const gated = hidden.map((v, k) => v * gate[k]!);
    const squeezed = linear(
      gated,
      p.get(`${name}.squeeze.weight`)!,
      p.get(`${name}.squeeze.bias`)!,
      c,
      1,
    );
    const norm = rowNorm(
      squeezed,
      p.get(`${name}.bn.gamma`)!,
      p.get(`${name}.bn.beta`)!,
      running[name],
    );
    return { hidden, gate, gated, norm, w: norm.y.map((v) => sigmoid(Math.max(v, 0))) };
  };
  return { both, sharedNorm, attention, cls: task("cls", hCls), reg: task("reg", hReg) };
}

/** Backwards through the generator. dwCls, dwReg: [N]. Adds to `gradients` by parameter name; returns those of the inputs. */
export function generatorBackward(
  generator: WeightGenerator,
  pass: GeneratorPass,
  dwCls: Float64Array,
  dwReg: Float64Array,
  gradients: ReadonlyMap<string, Float64Array>,
): { readonly hCls: Float64Array; readonly hReg: Float64Array } {
  const { channels: c, parameters: p } = generator;
  const { linearBackward } = generator.products;
  const at = (name: string) => gradients.get(name)!;
  const dAttention = new Float64Array(pass.attention.length);
  const task = (name: Task, { hidden, gate, gated, norm, w }: TaskPass, dw: Float64Array) => {
    // sigmoid after ReLU: no gradient where the ReLU is shut
    const dNorm = dw.map((g, n) => (norm.y[n]! > 0 ? g * w[n]! * (1 - w[n]!) : 0));
    const gamma = p.get(`${name}.bn.gamma`)!;
    const dSqueezed = rowNormBackward(
      norm,
      gamma,
      dNorm,
      at(`${name}.bn.gamma`),
      at(`${name}.bn.beta`),
    );
    const squeeze = p.get(`${name}.squeeze.weight`)!;
    const dGated = linearBackward(
      gated,
      squeeze,
      dSqueezed,
      c,
      1,
      at(`${name}.squeeze.weight`),
      at(`${name}.squeeze.bias`),
    );
    const dGate = dGated.map((g, k) => g * hidden[k]!);
    const gateWeight = p.get(`${name}.gate.weight`)!;
    const dA = linearBackward(
      pass.attention,
      gateWeight,
      dGate,
      c,
      c,
      at(`${name}.gate.weight`),
      at(`${name}.gate.bias`),
    );
    for (let k = 0; k < dA.length; k++) dAttention[k]! += dA[k]!;
    return dGated.map((g, k) => g * gate[k]!);
  };
  const hCls = task("cls", pass.cls, dwCls);
  const hReg = task("reg", pass.reg, dwReg);
  const dShared = dAttention.map((g, k) => {
    const a = pass.attention[k]!;
    return pass.sharedNorm.y[k]! > 0 ? g * a * (1 - a) : 0;
  });
  const gamma = p.get("shared.bn.gamma")!;
  const dLinear = rowNormBackward(
    pass.sharedNorm,
    gamma,
    dShared,
    at("shared.bn.gamma"),
    at("shared.bn.beta"),
  );
  const dBoth = linearBackward(
    pass.both,
    p.get("shared.weight")!,
    dLinear,
    2 * c,
    c,
    at("shared.weight"),
    at("shared.bias"),
  );
  for (let n = 0; n < hCls.length / c; n++) {
    for (let k = 0; k < c; k++) {
      hReg[n * c + k]! += dBoth[n * 2 * c + k]!;
      hCls[n * c + k]! += dBoth[n * 2 * c + c + k]!;
    }
  }
  return { hCls, hReg };
}

/** Zeroed gradients of every parameter. */
export function zeroGradients(generator: WeightGenerator): Map<string, Float64Array> {
  return new Map(
    [...generator.parameters].map(([name, values]) => [name, new Float64Array(values.length)]),
  );
}

export interface SampleWeights {
  /** [N] r, the factor of the sample's loss. */
  readonly r: Float64Array;
  /** [N] gradient of a function of r by w, given its gradient by r. */
  backward(dr: Float64Array): Float64Array;
}

/**
 * r = w^(1 - |t - s|) (Eq. 19), no gradient through the exponent. `stable` divides by the mean of r over the
 * positives, gradient flowing through the mean, so that the balance of the loss terms is kept.
 */
export function sampleWeights(
  w: Float64Array,
  target: Float64Array,
  score: Float64Array,
  variant: ReweightingVariant,
): SampleWeights {
  const exponent = w.map((_, n) => 1 - Math.abs(target[n]! - score[n]!));
  const raw = w.map((v, n) => v ** exponent[n]!);
  const slope = w.map((v, n) => exponent[n]! * v ** (exponent[n]! - 1));
  if (variant === "paper" || w.length === 0) {
    return { r: raw, backward: (dr) => dr.map((g, n) => g * slope[n]!) };
  }
  const mean = raw.reduce((sum, v) => sum + v, 0) / raw.length;
  return {
    r: raw.map((v) => v / mean),
    backward: (dr) => {
      const pull = dr.reduce((sum, g, n) => sum + g * raw[n]!, 0) / (raw.length * mean * mean);
      return dr.map((g, n) => (g / mean - pull) * slope[n]!);
    },
  };
}
