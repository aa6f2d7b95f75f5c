/** Two histograms of a run at one IoU threshold (0.5 in reports), all sizes and scores. */
import type { RunReport } from "../api/runs.ts";
import type { EvaluationParams } from "../domain/protocols.ts";
import { UNMATCHED, type Judgement } from "./failures/judge.ts";
import type { EvaluationSet } from "./types.ts";

const SCORE_BINS = 20;

/** Steps of about a quarter to a third: fine enough to see where small objects are lost. */
const SIZE_EDGES = [0, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
/** An edge of ours this close to a border between buckets gives way to it. */
const TOO_CLOSE = 1.15;

/** Hits and false alarms by score. 20 equal bins over 0..1, or over the scores met where some are outside. */
export function scoreHistogram(
  { predictions: { score } }: EvaluationSet,
  { predictionMatch, predictionIgnored }: Judgement,
): RunReport["scoreHistogram"] {
  let low = 0;
  let high = 1;
  for (const value of score) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const hits = new Array<number>(SCORE_BINS).fill(0);
  const falseAlarms = new Array<number>(SCORE_BINS).fill(0);
  for (let p = 0; p < score.length; p++) {
    if (predictionIgnored[p] === 1) continue;
    const place = Math.floor(((score[p]! - low) / (high - low)) * SCORE_BINS);
    const bin = Math.min(SCORE_BINS - 1, place);
    if (predictionMatch[p] === UNMATCHED) falseAlarms[bin]!++;
    else hits[bin]!++;
  }
  const edges = Array.from(
    { length: SCORE_BINS + 1 },
    (_, i) => low + (i * (high - low)) / SCORE_BINS,
  );
  return { edges, hits, falseAlarms };
}

/**
 * Objects that count, and those of them that were found, by the square root of their area in pixels. The borders of
 * the area ranges are among the edges; a bin holds its lower edge.
 */
export function sizeHistogram(
  { truth }: EvaluationSet,
  params: EvaluationParams,
  { truthMatch, truthIgnored }: Judgement,
): RunReport["sizeHistogram"] {
  const sizes = Float64Array.from(truth.area, Math.sqrt);
  let largest = 0;
  for (let t = 0; t < sizes.length; t++)
    if (truthIgnored[t] === 0) largest = Math.max(largest, sizes[t]!);
  const edges = sizeEdges(params, largest);
  const all = new Array<number>(edges.length - 1).fill(0);
  const found = new Array<number>(edges.length - 1).fill(0);
  for (let t = 0; t < sizes.length; t++) {
    if (truthIgnored[t] === 1) continue;
    let bin = edges.length - 2;
    while (bin > 0 && sizes[t]! < edges[bin]!) bin--;
    all[bin]!++;
    if (truthMatch[t] !== UNMATCHED) found[bin]!++;
  }
  return { edges, truth: all, found };
}

/** From 0 to the first edge above `largest`, but past every border between buckets. */
function sizeEdges({ areaRanges }: EvaluationParams, largest: number): number[] {
  const borders = areaRanges
    .flatMap(({ low, high }) => [Math.sqrt(low), Math.sqrt(high)])
    .filter((border) => border > 0 && border < 1e4);
  const ours = SIZE_EDGES.filter(
    (edge) => !borders.some((border) => edge < border * TOO_CLOSE && border < edge * TOO_CLOSE),
  );
  const edges = [...new Set([...ours, ...borders])].sort((a, b) => a - b);
  while (edges.at(-1)! <= largest) edges.push(2 * edges.at(-1)!);
  const last = Math.max(largest, ...borders);
  const end = edges.findIndex((edge, i) => i > 0 && edge > largest && edge >= last);
  return edges.slice(0, end + 1);
}
