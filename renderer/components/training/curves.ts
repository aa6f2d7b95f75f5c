import type { ReweightingColumns, TrainingCurves } from "../../../shared/api/training.ts";

type Column = readonly (number | null)[];

/** The rows of `more` behind those of `known`; terms that one of them lacks are filled with null. */
export function joinCurves(known: TrainingCurves, more: TrainingCurves): TrainingCurves {
  const join = <T>(a: readonly T[], b: readonly T[]): readonly T[] =>
    b.length === 0 ? a : [...a, ...b];
  const [before, after] = [known.step.length, more.step.length];
  const names = [...new Set([...Object.keys(known.terms), ...Object.keys(more.terms)])];
  const columns = (key: keyof ReweightingColumns): Column => join(known[key], more[key]);
  const task = (a: ReweightingColumns, b: ReweightingColumns): ReweightingColumns => ({
    weightMean: join(a.weightMean, b.weightMean),
    weightDeviation: join(a.weightDeviation, b.weightDeviation),
    ratioMean: join(a.ratioMean, b.ratioMean),
    ratioDeviation: join(a.ratioDeviation, b.ratioDeviation),
    weightAtHalf: join(a.weightAtHalf, b.weightAtHalf),
  });
  return {
    trainingId: known.trainingId,
    lastStep: more.lastStep,
    step: join(known.step, more.step),
    isExtreme: join(known.isExtreme, more.isExtreme),
    epoch: join(known.epoch, more.epoch),
    loss: join(known.loss, more.loss),
    terms: Object.fromEntries(
      names.map((name) => [
        name,
        join(known.terms[name] ?? blank(before), more.terms[name] ?? blank(after)),
      ]),
    ),
    learningRate: join(known.learningRate, more.learningRate),
    gradientNorm: join(known.gradientNorm, more.gradientNorm),
    weightMean: columns("weightMean"),
    weightDeviation: columns("weightDeviation"),
    ratioMean: columns("ratioMean"),
    ratioDeviation: columns("ratioDeviation"),
    weightAtHalf: columns("weightAtHalf"),
    tasks: {
      cls: task(known.tasks.cls, more.tasks.cls),
      reg: task(known.tasks.reg, more.tasks.reg),
    },
    pointsOutside: join(known.pointsOutside, more.pointsOutside),
    throughput: join(known.throughput, more.throughput),
    waited: join(known.waited, more.waited),
    memory: join(known.memory, more.memory),
    tensors: join(known.tensors, more.tensors),
  };
}

function blank(count: number): Column {
  return Array.from({ length: count }, () => null);
}

/**
 * Terms of the loss by `by`: `kind` adds up the heads (`vfl` and `encoder vfl` are `vfl`), `head` adds up what each
 * head has; terms without a head are the decoder's. A row without any value stays null.
 */
export function termsBy(
  terms: TrainingCurves["terms"],
  by: "kind" | "head",
): Readonly<Record<string, Column>> {
  const groups = new Map<string, Column[]>();
  for (const [name, values] of Object.entries(terms)) {
    const split = name.lastIndexOf(" ");
    const group =
      by === "kind" ? name.slice(split + 1) : split < 0 ? "decoder" : name.slice(0, split);
    groups.set(group, [...(groups.get(group) ?? []), values]);
  }
  return Object.fromEntries([...groups].map(([name, columns]) => [name, sumOf(columns)]));
}

function sumOf(columns: readonly Column[]): Column {
  if (columns.length === 1) return columns[0]!;
  return (columns[0] ?? []).map((_, row) => {
    const values = columns.flatMap((column) => column[row] ?? []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  });
}

/**
 * Exponential moving average over the rows, without the pull towards 0 at its beginning (Kingma and Ba 2015, section 3).
 * `strength` 0 leaves all as it is; below 1. A gap stays a gap. What is there for its extreme alone does not enter, or
 * the average would be drawn towards what is rare.
 */
export function smooth(
  values: Column,
  strength: number,
  isExtreme: readonly boolean[] = [],
): Column {
  if (strength <= 0) return values;
  let sum = 0;
  let weight = 0;
  return values.map((value, row) => {
    if (value === null) return null;
    if (isExtreme[row]) return weight === 0 ? value : sum / weight;
    sum = strength * sum + (1 - strength) * value;
    weight = strength * weight + (1 - strength);
    return sum / weight;
  });
}

/** About how many steps such an average looks back over: rows are `spacing` steps apart. */
export function smoothedOver(
  strength: number,
  { step, isExtreme }: Pick<TrainingCurves, "step" | "isExtreme">,
): number {
  const steps = step.filter((_, row) => !isExtreme[row]);
  const first = steps[0] ?? 0;
  const spacing = steps.length < 2 ? 1 : ((steps.at(-1) ?? first) - first) / (steps.length - 1);
  return Math.max(1, Math.round(spacing / (1 - strength)));
}

/** The last value there is; null where there is none. */
export function lastOf(values: Column): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** Above this share of w at 0.5 the reweighting is a constant. */
export const COLLAPSED = 0.95;

export function hasCollapsed(weightAtHalf: Column): boolean {
  return (lastOf(weightAtHalf) ?? 0) > COLLAPSED;
}
