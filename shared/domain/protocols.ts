/** Evaluation protocols as data. Exact semantics live in shared/evaluation. */

export type ProtocolId = "coco" | "soda-d" | "visdrone";

/** As they are written for people. */
export const protocolNames: Readonly<Record<ProtocolId, string>> = {
  coco: "COCO",
  "soda-d": "SODA-D",
  visdrone: "VisDrone",
};

/** Objects with low <= area <= high, both ends closed, in square pixels. */
export interface AreaRange {
  readonly label: string;
  readonly low: number;
  readonly high: number;
}

export interface EvaluationParams {
  readonly protocol: ProtocolId;
  readonly areaRanges: readonly AreaRange[];
  /** Detections kept per image and class (VisDrone: per image over all classes), ascending. */
  readonly maxDets: readonly number[];
}

const UNBOUNDED = 1e10;

/** The ranges of pycocotools. */
export const cocoParams = {
  protocol: "coco",
  areaRanges: [
    { label: "all", low: 0, high: UNBOUNDED },
    { label: "small", low: 0, high: 32 ** 2 },
    { label: "medium", low: 32 ** 2, high: 96 ** 2 },
    { label: "large", low: 96 ** 2, high: UNBOUNDED },
  ],
  maxDets: [1, 10, 100],
} as const satisfies EvaluationParams;

/** The ranges of SODA-D's evaluator; the headline is `Small` at maxDets 100. */
export const sodaDParams = {
  protocol: "soda-d",
  areaRanges: [
    { label: "Small", low: 0, high: 1024 },
    { label: "eS", low: 0, high: 144 },
    { label: "rS", low: 144, high: 400 },
    { label: "gS", low: 400, high: 1024 },
    { label: "N", low: 1024, high: 2000 },
  ],
  maxDets: [100, 300, 1000],
} as const satisfies EvaluationParams;

/** VisDrone has no area ranges of its own; the one range takes every object. */
export const visDroneParams = {
  protocol: "visdrone",
  areaRanges: [{ label: "all", low: 0, high: UNBOUNDED }],
  maxDets: [1, 10, 100, 500],
} as const satisfies EvaluationParams;

export const protocolParams: Readonly<Record<ProtocolId, EvaluationParams>> = {
  coco: cocoParams,
  "soda-d": sodaDParams,
  visdrone: visDroneParams,
};

/** What a protocol is run with unless other parameters are given: VisDrone gets COCO's ranges as an addition of ours. */
export function defaultParams(protocol: ProtocolId): EvaluationParams {
  const params = protocolParams[protocol];
  if (protocol !== "visdrone") return params;
  return { ...params, areaRanges: [...params.areaRanges, ...cocoParams.areaRanges.slice(1)] };
}
