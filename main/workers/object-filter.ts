import type { ObjectFilter } from "../../shared/api/images.ts";
import { FALSE_ALARM, HIT, IGNORED, MISS } from "../../shared/evaluation/failures/verdicts.ts";
import type { SizedDataset } from "./judged.ts";

/** The class and bucket parts of a filter as tables to look up; null where they let everything through. */
export interface ObjectTest {
  /** [categories] 1 where the category is wanted. */
  readonly category: Uint8Array | null;
  /** Bits of the area ranges wanted. */
  readonly ranges: number | null;
}

export function objectTest({ dataset, params }: SizedDataset, filter: ObjectFilter): ObjectTest {
  const wanted = new Set(filter.categoryIds);
  const labels = new Set(filter.buckets);
  let ranges = 0;
  params.areaRanges.forEach(({ label }, a) => {
    if (labels.has(label)) ranges |= 1 << a;
  });
  return {
    category:
      wanted.size === 0
        ? null
        : Uint8Array.from(dataset.categories, ({ id }) => Number(wanted.has(id))),
    ranges: labels.size === 0 ? null : ranges,
  };
}

/** Does a box of this category (index, -1 for a removed one) and these area ranges (bits) pass? */
export function passes({ category, ranges }: ObjectTest, k: number, bits: number): boolean {
  return (
    (category === null || (k >= 0 && category[k] === 1)) &&
    (ranges === null || (bits & ranges) !== 0)
  );
}

/** The verdicts wanted, one bit each at its code; 0 where none is asked for. */
export function verdictBits(verdicts: ObjectFilter["verdicts"]): number {
  const codes = { hit: HIT, miss: MISS, "false-alarm": FALSE_ALARM, ignored: IGNORED };
  return verdicts.reduce((bits, verdict) => bits | (1 << codes[verdict]), 0);
}
