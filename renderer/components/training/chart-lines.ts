import type { TrainingCurves, TrainingValidation } from "../../../shared/api/training.ts";
import { validationRanges } from "../../../shared/domain/training-fields.ts";
import { bucketColours, isWhole } from "../../theme/bucket-colour.ts";
import type { Tokens } from "../../theme/tokens.ts";
import { t } from "../../text/t.ts";
import type { StepLine } from "../charts/options/step-lines.ts";
import { smooth, termsBy } from "./curves.ts";

export type LossView = "total" | "kind" | "head";

const kinds = ["vfl", "bbox", "giou", "offset", "attention"] as const;

/** The total, and its terms where asked for; smoothed lines keep their raw values behind them. */
export function lossLines(
  curves: TrainingCurves,
  view: LossView,
  strength: number,
  tokens: Tokens,
): readonly StepLine[] {
  const terms = view === "total" ? {} : termsBy(curves.terms, view);
  const columns: (readonly [string, readonly (number | null)[]])[] = [
    [t("training.total"), curves.loss],
    ...Object.entries(terms).map(([name, values]) => [termWords(name), values] as const),
  ];
  return columns.map(([name, values], at) => ({
    name,
    colour: at === 0 ? tokens.text : tokens.series[(at - 1) % 6]!,
    dash: at === 0 ? 0 : Math.floor((at - 1) / 6) + at,
    steps: curves.step,
    ...smoothed(values, strength, curves.isExtreme),
  }));
}

function termWords(name: string): string {
  const kind = kinds.find((one) => one === name);
  return kind ? t(`training.term.${kind}`) : name;
}

export function smoothed(
  values: readonly (number | null)[],
  strength: number,
  isExtreme: readonly boolean[],
): Pick<StepLine, "values" | "raw"> {
  return strength > 0 ? { values: smooth(values, strength, isExtreme), raw: values } : { values };
}

/** Reweighting by task: the mean of its w or r with its spread, or the share of w at 0.5. */
export function taskLines(
  curves: TrainingCurves,
  what: "weight" | "ratio" | "atHalf",
  tokens: Tokens,
): readonly StepLine[] {
  return (["cls", "reg"] as const).map((task, at) => {
    const columns = curves.tasks[task];
    const shown = {
      weight: { values: columns.weightMean, spread: columns.weightDeviation },
      ratio: { values: columns.ratioMean, spread: columns.ratioDeviation },
      atHalf: { values: columns.weightAtHalf.map(percent) },
    }[what];
    return {
      name: t(`training.task.${task}`),
      colour: tokens.series[at]!,
      dash: at,
      steps: curves.step,
      ...shown,
    };
  });
}

export function percent(value: number | null): number | null {
  return value === null ? null : value * 100;
}

/** One line a bucket over the validations, AP in percent. Buckets without objects are left out. */
export function apLines(
  validations: readonly TrainingValidation[],
  best: number | null,
  tokens: Tokens,
): readonly StepLine[] {
  const ranges = rangesOf(validations);
  const colours = bucketColours(ranges, tokens);
  return ranges.map(({ label }, at) => ({
    name: label,
    colour: colours[label] ?? tokens.text,
    dash: isWhole(ranges[at]!, ranges) ? 1 : 0,
    steps: validations.map(({ step }) => step),
    values: validations.map(({ ap }) => percent(ap[label] ?? null)),
    points: { best },
  }));
}

/** The buckets that some validation has a value for, in the table's order. */
export function rangesOf(validations: readonly TrainingValidation[]) {
  return validationRanges.filter(({ label }) =>
    validations.some(({ ap }) => (ap[label] ?? null) !== null),
  );
}
