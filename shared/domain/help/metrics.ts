import type { AreaRange, EvaluationParams, ProtocolId } from "../protocols.ts";
import { bucketSize } from "./buckets.ts";
import type { HelpText } from "./help-text.ts";
import { protocolSources } from "./protocols.ts";

/** COCO's short names end in the first letter of the range. */
const cocoSuffix: Readonly<Record<string, string>> = { s: "small", m: "medium", l: "large" };

/**
 * Help for a key of a run's summary, e.g. `AP50`, `APs`, `AP_eS`, `AR100`, `AR_N`; null for a key that is none.
 * The same key means different things under different protocols, so the run's parameters decide the text.
 */
export function metricHelp(key: string, params: EvaluationParams): HelpText | null {
  const [, kind, rest] = /^(AP|AR)(.*)$/.exec(key) ?? [];
  if (kind === undefined || rest === undefined) return null;
  if (kind === "AP" && rest === "") return averagePrecision(params);
  if (kind === "AP" && (rest === "50" || rest === "75")) return precisionAt(rest, params);
  if (kind === "AR" && /^\d+$/.test(rest)) return recallAt(Number(rest), params);
  const label = rest.startsWith("_") ? rest.slice(1) : cocoSuffix[rest];
  const range = params.areaRanges.find((candidate) => candidate.label === label);
  if (range === undefined) return null;
  return kind === "AP" ? precisionOf(range, params) : recallOf(range, params);
}

/** What the headline of a protocol is about, for the middle of a sentence. */
const headlineObjects: Readonly<Record<ProtocolId, string>> = {
  coco: "objects of every size",
  "soda-d": "small objects (up to 1024 square pixels)",
  visdrone: "objects of every size",
};

function limitOf({ protocol, maxDets }: EvaluationParams, of: "AP" | "AR"): string {
  const limit = protocol === "soda-d" && of === "AP" ? maxDets[0]! : maxDets.at(-1)!;
  return detections(limit, protocol);
}

function detections(limit: number, protocol: ProtocolId): string {
  return protocol === "visdrone"
    ? `the first ${limit} rows of each image`
    : `the ${limit} best detections of each image and class`;
}

const curve = (protocol: ProtocolId) =>
  protocol === "visdrone"
    ? "the whole area under the precision-recall envelope"
    : "the mean of precision at 101 recall levels";
const classMean = (protocol: ProtocolId) =>
  protocol === "visdrone"
    ? "the classes, each weighted by the images that hold it"
    : "the classes that have objects";

function averagePrecision(params: EvaluationParams): HelpText {
  const { protocol } = params;
  return {
    title: "AP: average precision",
    what: `How well ${headlineObjects[protocol]} are found, ranked and outlined. 100 means every object found with a tight box and no false alarm above it.`,
    how: `For each class and IoU threshold 0.5, 0.55 .. 0.95: ${curve(protocol)}, from ${limitOf(params, "AP")}. Then the mean over the ten thresholds and ${classMean(protocol)}.`,
    formula: "AP = 1/10 · Σ AP(IoU), IoU = 0.5, 0.55 .. 0.95",
    source: protocolSources[protocol],
  };
}

function precisionAt(percent: "50" | "75", params: EvaluationParams): HelpText {
  const { protocol } = params;
  const loose = percent === "50";
  return {
    title: `AP${percent}: average precision at IoU 0.${percent}`,
    what: loose
      ? "AP where a box counts as soon as it overlaps the object by half. It tells whether objects are found at all; with very small objects it is the fairer number, since one pixel costs much IoU."
      : "AP where a box must overlap the object by three quarters. A large gap to AP50 means that objects are found but outlined poorly.",
    how: `As AP, at the one IoU threshold 0.${percent}: ${curve(protocol)}, from ${limitOf(params, "AP")}, averaged over ${classMean(protocol)}.`,
    formula: `AP${percent} = AP(IoU = 0.${percent})`,
    source: protocolSources[protocol],
  };
}

function precisionOf(range: AreaRange, params: EvaluationParams): HelpText {
  return {
    title: `AP of ${range.label}`,
    what: `Average precision for objects of ${bucketSize(range)}.`,
    how: `As AP, with all objects outside the range ignored, and with predictions outside it ignored where they match nothing. From ${limitOf(params, "AP")}.`,
    formula: null,
    source: sourceOfRange(params),
  };
}

function recallAt(limit: number, { protocol }: EvaluationParams): HelpText {
  return {
    title: `AR${limit}: average recall at ${limit}`,
    what: `The share of ${headlineObjects[protocol]} found by ${detections(limit, protocol)}, false alarms not considered. It tells what a better ranking could gain.`,
    how: `The highest recall reached at each IoU threshold 0.5 .. 0.95, averaged over the thresholds and ${classMean(protocol)}.`,
    formula: "AR = 1/10 · Σ recall(IoU), IoU = 0.5, 0.55 .. 0.95",
    source: protocolSources[protocol],
  };
}

function recallOf(range: AreaRange, params: EvaluationParams): HelpText {
  return {
    title: `AR of ${range.label}`,
    what: `Average recall for objects of ${bucketSize(range)}: the share found, false alarms not considered.`,
    how: `The highest recall reached at each IoU threshold 0.5 .. 0.95 by ${limitOf(params, "AR")}, averaged over the thresholds and ${classMean(params.protocol)}. Objects outside the range are ignored.`,
    formula: null,
    source: sourceOfRange(params),
  };
}

function sourceOfRange({ protocol }: EvaluationParams): string {
  return protocol === "visdrone"
    ? "An addition of Fovea in the manner of COCO; VisDrone has no area ranges"
    : protocolSources[protocol];
}
