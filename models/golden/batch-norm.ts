import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { batchNorm, runningStatistics, type BatchStatistics } from "../layers/norm.ts";
import { flatten, scaledDifference, Worst, type Measure } from "./compare.ts";

interface BatchNormVectors {
  readonly x_nchw: number[][][][];
  readonly weight: number[];
  readonly bias: number[];
  readonly momentum: number;
  readonly eps: number;
  readonly y_nchw: unknown;
  readonly running_mean: number[];
  readonly running_var: number[];
}

/** batch_norm.json: the output in training mode, and the running statistics, which start at 0 and 1. */
export function batchNormMeasure(folder: string): Measure {
  const golden = JSON.parse(
    readFileSync(join(folder, "batch_norm.json"), "utf8"),
  ) as BatchNormVectors;
  const worst = new Worst();
  const seen: BatchStatistics[] = [];
  tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(golden.x_nchw), [0, 2, 3, 1]);
    const channels = golden.weight.length;
    const { weight, bias, eps, momentum } = golden;
    const y = batchNorm(x, tf.tensor1d(weight), tf.tensor1d(bias), eps, (batch) =>
      seen.push(batch),
    );
    const start = { mean: tf.zeros([channels]), variance: tf.ones([channels]) };
    const running = runningStatistics(start, seen[0]!, momentum);
    const compare = (at: string, actual: tf.Tensor, expected: unknown): void =>
      worst.add(at, scaledDifference(actual.dataSync(), flatten(expected)));
    compare("y_nchw", tf.transpose(y, [0, 3, 1, 2]), golden.y_nchw);
    compare("running_mean", running.mean, golden.running_mean);
    compare("running_var", running.variance, golden.running_var);
  });
  for (const { mean, variance } of seen) tf.dispose([mean, variance]);
  return worst.result();
}
