import type { TrainingSummary } from "../../../shared/api/training.ts";
import {
  fieldOf,
  type FieldSource,
  type SettingKey,
} from "../../../shared/domain/training-fields.ts";
import type { SettingFault } from "../../../shared/domain/training-values.ts";
import { t } from "../../text/t.ts";

/** A value of a setting as one reads it. */
export function describeValue(key: SettingKey, value: unknown): string {
  const { kind, off, unit } = fieldOf(key);
  if (value === undefined) return t("training.off");
  if (value === null) return off ?? t("training.off");
  if (typeof value === "boolean") return value ? t("training.yes") : t("training.off");
  if (kind.kind === "choice") {
    return kind.choices.find((choice) => choice.value === value)?.title ?? JSON.stringify(value);
  }
  const text = Array.isArray(value) ? value.join(", ") : String(value as string | number);
  return unit === null ? text : `${text} ${unit}`;
}

/** `Tiny`, or `Tiny, changed`. */
export function describePreset({
  preset,
  isChanged,
}: Pick<TrainingSummary, "preset" | "isChanged">): string {
  const name = t(`training.preset.${preset}`);
  return isChanged ? t("training.presetChanged", { preset: name }) : name;
}

export function describeSource({ from, where }: FieldSource): string {
  return t(`training.source.${from}`, { where });
}

export function describeFault(fault: SettingFault | { readonly kind: "overlap" }): string {
  switch (fault.kind) {
    case "step":
      return t("training.fault.step", { step: fault.step });
    case "above":
      return t("training.fault.above", { low: fault.low });
    case "range":
      return t("training.fault.range", { low: fault.low, high: fault.high });
    case "count":
      return t("training.fault.count", { most: fault.most });
    default:
      return t(`training.fault.${fault.kind}`);
  }
}
