import type { SelectGroupOption, SelectOption } from "naive-ui";
import type { FoundSource, LabelFormat, PredictionFormat } from "../../../shared/api/imports.ts";
import { t } from "../../text/t.ts";

type Format = LabelFormat | PredictionFormat;

/** The formats to choose from: those the files could be in first, where that is known. */
export function formatOptions(
  source: Pick<FoundSource, "format" | "alternatives"> | undefined,
  formats: readonly Format[],
): (SelectOption | SelectGroupOption)[] {
  const option = (format: Format) => ({ value: format, label: t(`format.${format}`) });
  const fitting = source ? [source.format, ...source.alternatives] : [];
  const likely = formats.filter((format) => fitting.includes(format));
  if (!source || likely.length === 0 || likely.length === formats.length) {
    return formats.map(option);
  }
  likely.sort((a, b) => fitting.indexOf(a) - fitting.indexOf(b));
  const group = (label: string, members: readonly Format[]): SelectGroupOption => ({
    type: "group",
    key: label,
    label,
    children: members.map(option),
  });
  return [
    group(t("imports.formatFits"), likely),
    group(
      t("imports.formatOthers"),
      formats.filter((format) => !likely.includes(format)),
    ),
  ];
}
