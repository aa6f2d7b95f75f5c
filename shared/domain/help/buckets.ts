import { protocolParams, type AreaRange, type EvaluationParams } from "../protocols.ts";
import type { HelpText } from "./help-text.ts";
import { protocolSources } from "./protocols.ts";

/** What the labels of the benchmarks stand for. */
const names: Readonly<Record<string, string>> = {
  all: "All objects",
  small: "Small",
  medium: "Medium",
  large: "Large",
  Small: "Small (all of eS, rS and gS)",
  eS: "Extremely small",
  rS: "Relatively small",
  gS: "Generally small",
  N: "Normal",
};

/** `area 144 to 400 square pixels, about 12 x 12 to 20 x 20`. */
export function bucketSize({ low, high }: AreaRange): string {
  const side = (area: number) => {
    const pixels = Math.round(10 * Math.sqrt(area)) / 10;
    return `${pixels} x ${pixels}`;
  };
  const unbounded = high >= 1e10;
  if (unbounded && low === 0) return "any area";
  if (unbounded) return `area ${low} square pixels and more, from about ${side(low)}`;
  if (low === 0) return `area up to ${high} square pixels, about ${side(high)}`;
  return `area ${low} to ${high} square pixels, about ${side(low)} to ${side(high)}`;
}

export function bucketHelp(range: AreaRange, { protocol }: EvaluationParams): HelpText {
  const standard = protocolParams[protocol].areaRanges.some(
    ({ label, low, high }) => label === range.label && low === range.low && high === range.high,
  );
  return {
    title: (standard ? names[range.label] : undefined) ?? range.label,
    what: `Objects of ${bucketSize(range)}.`,
    how: "An object belongs to a range by the area in its annotation, a prediction by width x height. Both ends are included, so an object right on a border counts in both ranges; lists and filters show it in the narrower one, and of equally narrow ones in the first.",
    formula: "low ≤ area ≤ high",
    source: standard ? protocolSources[protocol] : "Chosen for this run",
  };
}
