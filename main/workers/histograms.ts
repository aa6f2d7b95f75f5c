import type { RunReport } from "../../shared/api/runs.ts";
import { UNMATCHED, type Judgement } from "../../shared/evaluation/failures/judge.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";

const SCORE_BINS = 40;
/** Pixels: 2 wide where tiny objects are, so that the borders of SODA-D and COCO are borders here; then coarser. */
const SIZE_EDGES = [
  ...Array.from({ length: 25 }, (_, i) => 2 * i),
  56,
  64,
  80,
  96,
  128,
  192,
  256,
  384,
  512,
  768,
  1024,
  2048,
];

/** How scores are spread over hits and false alarms. */
export function scoreHistogram(
  { predictions: { score } }: EvaluationSet,
  { predictionMatch, predictionIgnored }: Judgement,
): RunReport["scoreHistogram"] {
  const top = score.reduce((highest, value) => Math.max(highest, value), 1);
  const bottom = score.reduce((lowest, value) => Math.min(lowest, value), 0);
  const width = (top - bottom) / SCORE_BINS;
  const hits = new Array<number>(SCORE_BINS).fill(0);
  const falseAlarms = new Array<number>(SCORE_BINS).fill(0);
  for (let p = 0; p < score.length; p += 1) {
    if (predictionIgnored[p] === 1) continue;
    const bin = Math.min(SCORE_BINS - 1, Math.floor((score[p]! - bottom) / width));
    (predictionMatch[p] === UNMATCHED ? falseAlarms : hits)[bin]! += 1;
  }
  return {
    edges: Array.from({ length: SCORE_BINS + 1 }, (_, i) => bottom + i * width),
    hits,
    falseAlarms,
  };
}

/** How the sizes of objects that count are spread, and how many of each were found at any score. */
export function sizeHistogram(
  { truth: { area } }: EvaluationSet,
  { truthMatch, truthIgnored }: Judgement,
): RunReport["sizeHistogram"] {
  let largest = 0;
  for (let t = 0; t < area.length; t += 1)
    if (truthIgnored[t] === 0) largest = Math.max(largest, Math.sqrt(area[t]!));
  const end = SIZE_EDGES.findIndex((edge) => edge >= largest);
  const edges =
    end < 0 ? [...SIZE_EDGES, Math.ceil(largest)] : SIZE_EDGES.slice(0, Math.max(2, end + 1));
  const truth = new Array<number>(edges.length - 1).fill(0);
  const found = new Array<number>(edges.length - 1).fill(0);
  for (let t = 0; t < area.length; t += 1) {
    if (truthIgnored[t] === 1) continue;
    const size = Math.sqrt(area[t]!);
    const above = edges.findIndex((edge) => edge > size);
    const bin = above < 0 ? truth.length - 1 : above - 1;
    truth[bin]! += 1;
    if (truthMatch[t] !== UNMATCHED) found[bin]! += 1;
  }
  return { edges, truth, found };
}
