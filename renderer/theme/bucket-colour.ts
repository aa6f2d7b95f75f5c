import type { AreaRange } from "../../shared/domain/protocols.ts";
import type { Tokens } from "./tokens.ts";

type Range = Pick<AreaRange, "label" | "low" | "high">;

/** True for a range that contains another one of the list: `all`, or SODA-D's `Small`. */
export function isWhole(range: Range, ranges: readonly Range[]): boolean {
  return ranges.some(
    (other) => other.label !== range.label && other.low >= range.low && other.high <= range.high,
  );
}

/** The labels with each range that others lie in, as SODA-D's `Small`, replaced by those: eS, rS and gS. */
export function partsOf(labels: readonly string[], ranges: readonly Range[]): readonly string[] {
  const parts = ranges.filter((range) => !isWhole(range, ranges));
  const named = labels.flatMap((label) => {
    const whole = ranges.find((range) => range.label === label);
    if (!whole || !isWhole(whole, ranges)) return [label];
    const within = parts.filter(({ low, high }) => low >= whole.low && high <= whole.high);
    return within.map((part) => part.label);
  });
  return [...new Set(named)];
}

/** Colour by label: the whole in grey, the others on one ramp, smallest strongest. */
export function bucketColours(
  ranges: readonly Range[],
  tokens: Tokens,
): Readonly<Record<string, string>> {
  const parts = ranges
    .filter((range) => !isWhole(range, ranges))
    .sort((a, b) => a.high - b.high || a.low - b.low);
  const colours: Record<string, string> = {};
  for (const range of ranges) colours[range.label] = tokens.bucketWhole;
  parts.forEach((range, at) => {
    colours[range.label] = onRamp(tokens.buckets, parts.length < 2 ? 0 : at / (parts.length - 1));
  });
  return colours;
}

/** `at` runs from 0 (first colour) to 1 (last colour). */
function onRamp(ramp: readonly string[], at: number): string {
  const place = at * (ramp.length - 1);
  const from = Math.min(Math.floor(place), ramp.length - 2);
  return mix(ramp[from] ?? "#000000", ramp[from + 1] ?? "#000000", place - from);
}

function mix(a: string, b: string, share: number): string {
  const channel = (at: number) => {
    const from = parseInt(a.slice(at, at + 2), 16);
    const to = parseInt(b.slice(at, at + 2), 16);
    return Math.round(from + (to - from) * share)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
