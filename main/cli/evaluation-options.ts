import {
  protocolParams,
  type AreaRange,
  type EvaluationParams,
  type ProtocolId,
} from "../../shared/domain/protocols.ts";
import { UsageError } from "./command.ts";

const MOST_RANGES = 15;

/** What to evaluate with, from the words of the command line. Throws UsageError. */
export function evaluationParams(given: {
  readonly protocol?: string | undefined;
  readonly areas?: string | undefined;
  readonly maxDets?: string | undefined;
}): EvaluationParams {
  const protocol = protocolOf(given.protocol ?? "coco");
  const standard = protocolParams[protocol];
  return {
    protocol,
    areaRanges:
      given.areas === undefined
        ? standard.areaRanges
        : withHeadline(parseAreas(given.areas), standard.areaRanges[0]!),
    maxDets: given.maxDets === undefined ? standard.maxDets : parseMaxDets(given.maxDets),
  };
}

function protocolOf(text: string): ProtocolId {
  if (Object.hasOwn(protocolParams, text)) return text as ProtocolId;
  const known = Object.keys(protocolParams).join(", ");
  throw new UsageError(`--protocol is "${text}"; known are ${known}.`);
}

/** AP and AR<n> are taken over a protocol's first range, so that is put first where it was not given. */
function withHeadline(ranges: readonly AreaRange[], headline: AreaRange): readonly AreaRange[] {
  return ranges.some(({ label }) => label === headline.label) ? ranges : [headline, ...ranges];
}

function parseAreas(text: string): AreaRange[] {
  const ranges = text.split(",").map((part) => {
    const [label = "", low = "", high = "", ...rest] = part.split(":").map((word) => word.trim());
    const range = { label, low: squarePixels(low), high: squarePixels(high) };
    const isRange = label !== "" && rest.length === 0 && range.low >= 0 && range.low <= range.high;
    if (!isRange)
      throw new UsageError(
        `--areas has "${part}"; expected name:low:high in square pixels, such as tiny:0:256.`,
      );
    return range;
  });
  const labels = ranges.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new UsageError(`--areas names "${twice}" twice.`);
  if (ranges.length > MOST_RANGES)
    throw new UsageError(`--areas has ${ranges.length} ranges; at most ${MOST_RANGES} are taken.`);
  return ranges;
}

function squarePixels(text: string): number {
  if (/^(inf|infinity)$/i.test(text)) return Number.MAX_VALUE;
  return text === "" ? NaN : Number(text);
}

function parseMaxDets(text: string): number[] {
  const limits = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const isGood = limits.every(
    (limit, i) => Number.isSafeInteger(limit) && limit > 0 && (i === 0 || limit > limits[i - 1]!),
  );
  if (!isGood || limits.length > 100)
    throw new UsageError(
      `--max-dets is "${text}"; expected ascending whole numbers, such as 1,10,100.`,
    );
  return limits;
}
