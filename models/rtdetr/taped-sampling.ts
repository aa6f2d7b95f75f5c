/** The sampling of deformable attention in a graph, with its gradients. */
import type { GraphTensor } from "../graph/graph-builder.ts";
import type { GradientTools } from "../graph/taped-ops.ts";
import { samplingPieces, valueRows } from "./deformable-attention.ts";
import type { SamplingGrid } from "./layers.ts";

/** value: [B,S,C]; x, y, attention: [M,J], see `sampleValues`. */
export interface SamplingInputs {
  readonly value: GraphTensor;
  readonly x: GraphTensor;
  readonly y: GraphTensor;
  readonly attention: GraphTensor;
}

/** `sampleValues` with its gradients. Returns [M,C]. */
export function tapedSampling(
  { tape, plain, kernels }: GradientTools,
  { value, x, y, attention }: SamplingInputs,
  grid: SamplingGrid,
): GraphTensor {
  const pieces = samplingPieces(plain, x, y, attention, grid);
  const { side, inside } = pieces;
  const rows = valueRows(plain, value, grid);
  const corners = plain.gatherRows(rows, pieces.rows); // [R,4LP,C/H]
  const [rowCount, cornerCount] = pieces.weights.shape as [number, number];
  const [rowTotal, width] = rows.shape as [number, number];
  const shares = plain.reshape(pieces.weights, [rowCount, 1, cornerCount]);
  const sums = plain.matMul(shares, corners);
  const output = plain.reshape(sums, [rowCount / grid.heads, width * grid.heads]);
  const saves = [
    ...[corners, pieces.rows, shares],
    ...[side.left, side.right, side.top, side.bottom],
    ...[inside.left, inside.right, inside.top, inside.bottom],
    ...[attention, x, y, value],
  ];
  return tape.record(output, [value, x, y, attention], saves, (upstream, saved) => {
    const [gathered, rowNumbers, weights] = saved as [GraphTensor, GraphTensor, GraphTensor];
    const [left, right, top, bottom] = saved.slice(3, 7) as Four;
    const [leftIn, rightIn, topIn, bottomIn] = saved.slice(7, 11) as Four;
    const share = saved[11]!;
    const perRow = plain.reshape(upstream, [rowCount, 1, width]);
    const outer = kernels.matMul(weights, perRow, { transposeA: true }); // [R,4LP,C/H]
    const byRows = kernels.sumRows(
      plain.reshape(outer, [rowCount * cornerCount, width]),
      plain.reshape(rowNumbers, [rowCount * cornerCount]),
      rowTotal,
    );
    const byWeights = plain.reshape(plain.matMul(perRow, gathered, true), [rowCount, cornerCount]);
    const corner = (which: number): GraphTensor => {
      const count = cornerCount / 4;
      return plain.reshape(plain.slice(byWeights, [0, which * count], [rowCount, count]), x.shape);
    };
    const [topLeft, topRight, bottomLeft, bottomRight] = [0, 1, 2, 3].map(corner) as Four;
    // Gradient by the weight of each side of the square, then by the position between the sides.
    const { add, sub, mul } = plain;
    const byLeft = add(mul(topLeft, top), mul(bottomLeft, bottom));
    const byRight = add(mul(topRight, top), mul(bottomRight, bottom));
    const byTop = add(mul(topLeft, left), mul(topRight, right));
    const byBottom = add(mul(bottomLeft, left), mul(bottomRight, right));
    const between = (
      low: GraphTensor,
      lowIn: GraphTensor,
      high: GraphTensor,
      highIn: GraphTensor,
    ) => mul(share, sub(mul(high, highIn), mul(low, lowIn)));
    return [
      plain.reshape(byRows, value.shape),
      between(byLeft, leftIn, byRight, rightIn),
      between(byTop, topIn, byBottom, bottomIn),
      add(mul(byLeft, left), mul(byRight, right)),
    ];
  });
}

type Four = [GraphTensor, GraphTensor, GraphTensor, GraphTensor];
