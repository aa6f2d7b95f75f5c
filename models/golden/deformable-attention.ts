import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { gradientTools, tapedOps } from "../graph/taped-ops.ts";
import { mapSizes } from "../rtdetr/deformable-attention.ts";
import { tapedSampling } from "../rtdetr/taped-sampling.ts";
import { flatten, scaledDifference, Worst, type Measure } from "./compare.ts";
import { runPiece, type PieceBuilder } from "./graph-gradients.ts";

interface DeformableAttentionVectors {
  readonly shapes_hw: [number, number][];
  readonly value: number[][][][]; // [B,S,H,C/H]
  readonly locations: number[]; // [B,Q,H,L,P,2] in 0..1
  readonly weights: number[]; // [B,Q,H,L,P]
  readonly output: unknown; // [B,Q,C]
  readonly upstream: number[]; // [B,Q,C]
  readonly d_value: unknown;
  readonly d_locations: unknown;
  readonly d_weights: unknown;
}

/** deformable_attention.json: the output and the gradients by value, locations and weights. */
export function deformableAttentionMeasure(folder: string): Measure {
  const golden = JSON.parse(
    readFileSync(join(folder, "deformable_attention.json"), "utf8"),
  ) as DeformableAttentionVectors;
  const worst = new Worst();
  tf.tidy(() => {
    const value = tf.tensor4d(golden.value);
    const locations = tf.tensor(golden.locations);
    const weights = tf.tensor(golden.weights);
    const [batch, queries, heads, levels, points] = weights.shape as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [, positions, , width] = value.shape;
    const grid = { batch, heads, points, shapes: golden.shapes_hw };
    const samples = heads * levels * points;
    const { widths, heights } = mapSizes(grid);
    const build: PieceBuilder = (graph, tape, [v, places, shares]) => {
      const ops = tapedOps(graph, tape);
      const pairs = ops.reshape(places!, [batch * queries * samples, 2]);
      const along = (axis: 0 | 1, sizes: Float32Array) => {
        const column = ops.slice(pairs, [0, axis], [batch * queries * samples, 1]);
        const place = ops.reshape(column, [batch * queries, samples]);
        return ops.add(ops.mul(place, ops.constant(sizes, [samples])), -0.5);
      };
      const inputs = {
        value: ops.reshape(v!, [batch, positions, heads * width]),
        x: along(0, widths),
        y: along(1, heights),
        attention: ops.reshape(shares!, [batch * queries, samples]),
      };
      const sampled = tapedSampling(gradientTools(graph, tape), inputs, grid);
      return { output: ops.reshape(sampled, [batch, queries, heads * width]) };
    };
    const compare = (at: string, actual: tf.Tensor, expected: unknown): void =>
      worst.add(at, scaledDifference(actual.dataSync(), flatten(expected)));
    const { output, gradients } = runPiece(build, [value, locations, weights], () =>
      tf.tensor(golden.upstream),
    );
    compare("output", output, golden.output);
    compare("d_value", gradients[0]!, golden.d_value);
    compare("d_locations", gradients[1]!, golden.d_locations);
    compare("d_weights", gradients[2]!, golden.d_weights);
  });
  return worst.result();
}
