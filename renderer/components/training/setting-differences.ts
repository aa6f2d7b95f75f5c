import { fieldOf, settingKeys } from "../../../shared/domain/training-fields.ts";
import { partOf, settingAt, settingParts } from "../../../shared/domain/training-values.ts";
import type { TrainingSettings } from "../../../shared/domain/training.ts";
import { t } from "../../text/t.ts";
import { describeValue } from "./setting-words.ts";

export interface SettingRow {
  readonly key: string;
  readonly title: string;
  /** "" for a whole part. */
  readonly group: string;
  /** In words, by training. */
  readonly values: readonly string[];
}

/**
 * The settings in which trainings differ. A part that some have off is one row, and its values are compared among those
 * that have it on.
 */
export function settingDifferences(all: readonly TrainingSettings[]): readonly SettingRow[] {
  const parts = settingParts
    .filter((part) => new Set(all.map((one) => one[part] === null)).size > 1)
    .map((part) => ({
      key: part,
      title: t(`training.group.${part}`),
      group: "",
      values: all.map((one) => (one[part] === null ? t("training.off") : t("training.yes"))),
    }));
  const values = settingKeys.flatMap((key): SettingRow[] => {
    const part = partOf(key);
    const on = all.filter((one) => part === null || one[part] !== null);
    const differ = new Set(on.map((one) => describeValue(key, settingAt(one, key)))).size > 1;
    if (!differ) return [];
    return [
      {
        key,
        title: fieldOf(key).title,
        group: t(`training.group.${fieldOf(key).group}`),
        values: all.map((one) => describeValue(key, settingAt(one, key))),
      },
    ];
  });
  return [...parts, ...values];
}
