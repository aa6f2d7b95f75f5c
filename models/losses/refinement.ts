/** Sample point refinement of one decoder layer: from the layer's outputs to its two terms and their gradients. */
import type { LossConfig } from "./config.ts";
import { rowsOf, scatterRows, type HeadGradients, type LayerParts } from "./heads.ts";
import type { Matches } from "./matching.ts";
import { expansionOfLayers, samplePointLoss } from "./sample-points.ts";

export interface RefinementInput {
  readonly decoderLayers: number;
  /** Sampling points per head and level. */
  readonly points: number;
  /** Factor of both terms, 0..1: their ramp over the warm-up. */
  readonly samplePointRamp: number;
}

export interface RefinementTerms {
  add(term: string, value: number): void;
  readonly outside: { count: number; total: number };
}

type PointGradients = Pick<HeadGradients, "offsetsX" | "offsetsY" | "attention">;

export function refinement(
  layer: LayerParts | null,
  matches: Matches,
  queries: number,
  input: RefinementInput,
  config: LossConfig,
  share: number,
  collected: RefinementTerms,
): PointGradients {
  if (!config.samplePoints || !layer) return { offsetsX: null, offsetsY: null, attention: null };
  const width = (layer.attention.length / layer.reference.length) * 4; // J
  const x = rowsOf(layer.offsetsX, matches, queries, width);
  const y = rowsOf(layer.offsetsY, matches, queries, width);
  const offsets = new Float64Array(x.length * 2);
  for (let k = 0; k < x.length; k++) {
    offsets[2 * k] = x[k]!;
    offsets[2 * k + 1] = y[k]!;
  }
  const boxes = rowsOf(layer.reference, matches, queries, 4);
  const reference = new Float64Array(boxes.length / 2).map(
    (_, k) => boxes[(k >> 1) * 4 + 2 + (k & 1)]!,
  );
  const eta = expansionOfLayers(config.samplePoints.eta, input.decoderLayers)[layer.index]!;
  const loss = samplePointLoss(
    {
      offsets,
      attention: rowsOf(layer.attention, matches, queries, width),
      reference,
      heads: width / input.points,
      levels: 1,
      points: input.points,
    },
    eta,
    config.samplePoints,
  );
  collected.outside.count += loss.outside;
  collected.outside.total += loss.total;
  const offsetFactor = config.weights.offset * input.samplePointRamp;
  const attentionFactor = config.weights.attention * input.samplePointRamp;
  collected.add("offset", offsetFactor * loss.offset);
  collected.add("attention", attentionFactor * loss.attention);
  const back = (rows: Float64Array, factor: number, like: Float32Array) =>
    scatterRows(rows, matches, queries, width, like.length, factor * share);
  return {
    offsetsX: back(
      loss.offsetGradient.filter((_, k) => k % 2 === 0),
      offsetFactor,
      layer.offsetsX,
    ),
    offsetsY: back(
      loss.offsetGradient.filter((_, k) => k % 2 === 1),
      offsetFactor,
      layer.offsetsY,
    ),
    attention: back(loss.attentionGradient, attentionFactor, layer.attention),
  };
}
