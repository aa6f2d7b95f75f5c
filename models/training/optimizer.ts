/** AdamW with linear warm-up and clipping by the global norm, and the moving average of the weights. */
import * as tf from "@tensorflow/tfjs";

export interface OptimizerSettings {
  readonly baseRate: number;
  /** Steps over which the rate rises linearly from 0. */
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Largest allowed norm of all gradients together; null: no limit. */
  readonly clipNorm: number | null;
}

export const defaultOptimizer: OptimizerSettings = {
  baseRate: 2e-4,
  warmupSteps: 2000,
  weightDecay: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  clipNorm: 0.1,
};

export interface TrainedVariable {
  readonly variable: tf.Variable;
  /** Factor of the learning rate: the backbone's is smaller. */
  readonly rateFactor: number;
  /** Norms and biases do not decay. */
  readonly decays: boolean;
}

/** Learning rate of step 1, 2, ... */
export function rateAt(step: number, { baseRate, warmupSteps }: OptimizerSettings): number {
  return warmupSteps > 0 ? baseRate * Math.min(1, step / warmupSteps) : baseRate;
}

/** First and second moments by variable name, and how many steps they have seen. */
export interface OptimizerState {
  step: number;
  readonly first: Map<string, tf.Tensor>;
  readonly second: Map<string, tf.Tensor>;
}

export function createOptimizerState(): OptimizerState {
  return { step: 0, first: new Map(), second: new Map() };
}

export function disposeOptimizerState({ first, second }: OptimizerState): void {
  for (const slots of [first, second]) {
    for (const tensor of slots.values()) tensor.dispose();
    slots.clear();
  }
}

/** Norm of all gradients together. */
export function globalNorm(gradients: Iterable<tf.Tensor>): number {
  const total = tf.tidy(() => {
    const squares = Array.from(gradients, (g) => tf.sum(tf.square(g)));
    return squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares));
  });
  const norm = total.dataSync()[0]!;
  total.dispose();
  return norm;
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019), decoupled decay, with bias correction as PyTorch has it.
 * Variables without a gradient stay as they are. Returns the gradients' norm before clipping; where that is not
 * finite nothing is changed.
 */
export function adamwStep(
  trained: ReadonlyMap<string, TrainedVariable>,
  gradients: ReadonlyMap<string, tf.Tensor>,
  state: OptimizerState,
  settings: OptimizerSettings,
): number {
  const norm = globalNorm(gradients.values());
  if (!Number.isFinite(norm)) return norm;
  state.step += 1;
  const rate = rateAt(state.step, settings);
  const { clipNorm } = settings;
  const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
  for (const [name, gradient] of gradients) {
    const target = trained.get(name);
    if (target) updateOne(name, target, gradient, scale, rate * target.rateFactor, state, settings);
  }
  return norm;
}

function updateOne(
  name: string,
  { variable, decays }: TrainedVariable,
  gradient: tf.Tensor,
  scale: number,
  rate: number,
  state: OptimizerState,
  { beta1, beta2, eps, weightDecay }: OptimizerSettings,
): void {
  const correction1 = 1 - beta1 ** state.step;
  const correction2 = Math.sqrt(1 - beta2 ** state.step);
  const [first, second, weights] = tf.tidy(() => {
    const g = scale === 1 ? gradient : tf.mul(gradient, scale);
    const before1 = state.first.get(name);
    const before2 = state.second.get(name);
    const new1 = tf.mul(g, 1 - beta1);
    const new2 = tf.mul(tf.square(g), 1 - beta2);
    const m = before1 ? tf.add(tf.mul(before1, beta1), new1) : new1;
    const v = before2 ? tf.add(tf.mul(before2, beta2), new2) : new2;
    const spread = tf.add(tf.div(tf.sqrt(v), correction2), eps);
    const move = tf.mul(tf.div(m, spread), rate / correction1);
    const kept = decays && weightDecay > 0 ? tf.mul(variable, 1 - rate * weightDecay) : variable;
    return [m, v, tf.sub(kept, move)] as [tf.Tensor, tf.Tensor, tf.Tensor];
  });
  replaceSlot(state.first, name, first);
  replaceSlot(state.second, name, second);
  variable.assign(weights);
  weights.dispose();
}

function replaceSlot(slots: Map<string, tf.Tensor>, name: string, tensor: tf.Tensor): void {
  slots.get(name)?.dispose();
  slots.set(name, tensor);
}

export interface AverageSettings {
  readonly decay: number;
  /** The decay rises with 1 - exp(-step / ramp), so that early weights are soon forgotten. */
  readonly ramp: number;
}

export const defaultAverage: AverageSettings = { decay: 0.9999, ramp: 2000 };

/** Moves the average towards the weights after step 1, 2, ... Names not in `average` are left out. */
export function averageStep(
  average: Map<string, tf.Tensor>,
  weights: ReadonlyMap<string, tf.Tensor>,
  step: number,
  { decay, ramp }: AverageSettings,
): void {
  const keep = decay * (1 - Math.exp(-step / ramp));
  for (const [name, old] of average) {
    const now = weights.get(name)!;
    const next = tf.tidy(() => tf.add(tf.mul(old, keep), tf.mul(now, 1 - keep)));
    old.dispose();
    average.set(name, next);
  }
}
