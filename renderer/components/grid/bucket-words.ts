import type { AreaRange } from "../../../shared/domain/protocols.ts";
import { formatSide } from "../../text/format.ts";
import { t } from "../../text/t.ts";

/** The sides of a bucket in words: `12 to 20 px`. */
export function bucketRangeInWords({ low, high }: AreaRange): string {
  const from = formatSide(low);
  return high >= 1e9
    ? t("filter.bucketFrom", { low: from })
    : t("filter.bucketRange", { low: from, high: formatSide(high) });
}
