/** AdamW with linear warm-up and clipping by the global norm, and the moving average of the weights. */
import * as tf from "@tensorflow/tfjs";
import { gradientKernels } from "../graph/gradient-kernels.ts";
import { graphOps } from "../graph/graph-ops.ts";
import { NormGraph, UpdateGraph, type UpdateRule } from "./update-graph.ts";

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
  readonly graphs: OptimizerGraphs;
}

export function createOptimizerState(): OptimizerState {
  return { step: 0, first: new Map(), second: new Map(), graphs: new OptimizerGraphs() };
}

export function disposeOptimizerState({ first, second, graphs }: OptimizerState): void {
  for (const slots of [first, second]) {
    for (const tensor of slots.values()) tensor.dispose();
    slots.clear();
  }
  graphs.dispose();
}

interface Disposable {
  dispose(): void;
}

/** The graphs of the sets of variables that have had gradients: nearly always one. */
class OptimizerGraphs {
  readonly #graphs = new Map<string, Disposable>();

  of<T extends Disposable>(kind: string, key: readonly unknown[], make: () => T): T {
    const name = `${kind} ${JSON.stringify(key)}`;
    const known = this.#graphs.get(name);
    if (known !== undefined) return known as T;
    const made = make();
    this.#graphs.set(name, made);
    return made;
  }

  dispose(): void {
    for (const graph of this.#graphs.values()) graph.dispose();
    this.#graphs.clear();
  }
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
  const names = [...gradients.keys()].filter((name) => trained.has(name));
  if (names.length === 0) return 0;
  const values = [...gradients.values()];
  const norm = state.graphs
    .of("norm", [...gradients.keys()], () => new NormGraph(values))
    .run(values);
  if (!Number.isFinite(norm)) return norm;
  state.step += 1;
  const rows = names.map((name) => ({
    gradient: gradients.get(name)!,
    weights: trained.get(name)!.variable,
    first: slot(state.first, name, gradients.get(name)!),
    second: slot(state.second, name, gradients.get(name)!),
  }));
  const rates = names.map((name) => trained.get(name)!);
  const factors = [...new Set(rates.map(({ rateFactor }) => rateFactor))];
  const kinds = rates.map(({ rateFactor, decays }) => [rateFactor, decays]);
  const numbers = stepNumbers(norm, state.step, factors, settings);
  const graph = state.graphs.of(
    "adamw",
    [names, kinds],
    () => new UpdateGraph(rows, Object.keys(numbers), (row) => adamw(rates[row]!)),
  );
  graph.run(rows, numbers, (row, { weights, first, second }) => {
    const name = names[row]!;
    replaceSlot(state.first, name, first!);
    replaceSlot(state.second, name, second!);
    trained.get(name)!.variable.assign(weights!);
    weights!.dispose();
  });
  return norm;
}

/** Everything in the rule of `adamw` that is the same for all values, worked out once. */
function stepNumbers(
  norm: number,
  step: number,
  factors: readonly number[],
  settings: OptimizerSettings,
): Record<string, number> {
  const { beta1, beta2, eps, weightDecay, clipNorm } = settings;
  const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
  const rate = rateAt(step, settings);
  return {
    keep1: beta1,
    take1: (1 - beta1) * scale,
    keep2: beta2,
    take2: (1 - beta2) * scale * scale,
    spread: 1 / Math.sqrt(1 - beta2 ** step),
    eps,
    ...Object.fromEntries(
      factors.flatMap((factor) => [
        [`move ${factor}`, (rate * factor) / (1 - beta1 ** step)],
        [`shrink ${factor}`, 1 - rate * factor * weightDecay],
      ]),
    ),
  };
}

/** The moments of a variable, zero before its first gradient. */
function slot(slots: Map<string, tf.Tensor>, name: string, like: tf.Tensor): tf.Tensor {
  const known = slots.get(name);
  if (known !== undefined) return known;
  const zeros = tf.zeros(like.shape);
  slots.set(name, zeros);
  return zeros;
}

function replaceSlot(slots: Map<string, tf.Tensor>, name: string, tensor: tf.Tensor): void {
  slots.get(name)?.dispose();
  slots.set(name, tensor);
}

function adamw({ rateFactor, decays }: TrainedVariable): UpdateRule {
  return (graph, { gradient, weights, first, second }, numbers) => {
    const { add, sub, mul, div } = graphOps(graph);
    const { unary } = gradientKernels(graph);
    const number = (name: string) => numbers[name]!;
    const m = add(mul(first!, number("keep1")), mul(gradient!, number("take1")));
    const square = mul(unary("Square", gradient!), number("take2"));
    const v = add(mul(second!, number("keep2")), square);
    const spread = add(mul(unary("Sqrt", v), number("spread")), number("eps"));
    const move = mul(div(m, spread), number(`move ${rateFactor}`));
    const kept = decays ? mul(weights!, number(`shrink ${rateFactor}`)) : weights!;
    return { weights: sub(kept, move), first: m, second: v };
  };
}

export interface AverageSettings {
  readonly decay: number;
  /** The decay rises with 1 - exp(-step / ramp), so that early weights are soon forgotten. */
  readonly ramp: number;
}

export const defaultAverage: AverageSettings = { decay: 0.9999, ramp: 2000 };

/** Moves the average towards the weights after a step of the optimizer. Names not in `average` are left out. */
export function averageStep(
  average: Map<string, tf.Tensor>,
  weights: ReadonlyMap<string, tf.Tensor>,
  { step, graphs }: OptimizerState,
  { decay, ramp }: AverageSettings,
): void {
  const names = [...average.keys()];
  const rows = names.map((name) => ({ old: average.get(name)!, now: weights.get(name)! }));
  const graph = graphs.of(
    "average",
    names,
    () => new UpdateGraph(rows, ["keep", "take"], () => mixture),
  );
  const keep = decay * (1 - Math.exp(-step / ramp));
  graph.run(rows, { keep, take: 1 - keep }, (row, { next }) => {
    const name = names[row]!;
    average.get(name)!.dispose();
    average.set(name, next!);
  });
}

const mixture: UpdateRule = (graph, { old, now }, { keep, take }) => {
  const { add, mul } = graphOps(graph);
  return { next: add(mul(old!, keep!), mul(now!, take!)) };
};
