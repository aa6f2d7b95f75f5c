import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { sampleWithGradient } from "../layers/sampling.ts";
import { mapSizes } from "../rtdetr/deformable-attention.ts";
import { flatten, scaledDifference, Worst, type Measure } from "./compare.ts";

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
    const sample = (v: tf.Tensor, places: tf.Tensor, shares: tf.Tensor): tf.Tensor => {
      const pairs = tf.reshape(places, [batch * queries * samples, 2]);
      const [x, y] = tf
        .split(pairs, 2, 1)
        .map((column) => tf.reshape(column, [batch * queries, samples])) as [tf.Tensor, tf.Tensor];
      const sampled = sampleWithGradient(
        tf.reshape(v, [batch, positions, heads * width]),
        tf.sub(tf.mul(x, tf.tensor1d(widths)), 0.5),
        tf.sub(tf.mul(y, tf.tensor1d(heights)), 0.5),
        tf.reshape(shares, [batch * queries, samples]),
        grid,
      );
      return tf.reshape(sampled, [batch, queries, heads * width]);
    };
    const compare = (at: string, actual: tf.Tensor, expected: unknown): void =>
      worst.add(at, scaledDifference(actual.dataSync(), flatten(expected)));
    const gradients = tf.grads(sample)([value, locations, weights], tf.tensor(golden.upstream));
    compare("output", sample(value, locations, weights), golden.output);
    compare("d_value", gradients[0]!, golden.d_value);
    compare("d_locations", gradients[1]!, golden.d_locations);
    compare("d_weights", gradients[2]!, golden.d_weights);
  });
  return worst.result();
}
