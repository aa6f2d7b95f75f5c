import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { MOMENTUM, movedStatistic, tapedBatchNorm } from "../graph/taped-norm.ts";
import { gradientTools } from "../graph/taped-ops.ts";
import { flatten, scaledDifference, Worst, type Measure } from "./compare.ts";
import { runPiece } from "./graph-gradients.ts";

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
  worst.add("momentum", Math.abs(golden.momentum - MOMENTUM));
  tf.tidy(() => {
    const x = tf.transpose(tf.tensor4d(golden.x_nchw), [0, 2, 3, 1]);
    const channels = golden.weight.length;
    const inputs = [x, tf.tensor1d(golden.weight), tf.tensor1d(golden.bias)];
    const { output, extra } = runPiece(
      (graph, tape, [input, gamma, beta]) => {
        const tools = gradientTools(graph, tape);
        const nodes = tapedBatchNorm(tools, input!, gamma!, beta!, golden.eps);
        const start = (value: number) =>
          graph.constant(new Float32Array(channels).fill(value), [channels]);
        const running = [
          movedStatistic(tools, start(0), nodes.mean),
          movedStatistic(tools, start(1), nodes.variance),
        ];
        return { output: nodes.output, extra: running };
      },
      inputs,
      tf.onesLike,
    );
    const [mean, variance] = extra as [tf.Tensor, tf.Tensor];
    const compare = (at: string, actual: tf.Tensor, expected: unknown): void =>
      worst.add(at, scaledDifference(actual.dataSync(), flatten(expected)));
    compare("y_nchw", tf.transpose(output, [0, 3, 1, 2]), golden.y_nchw);
    compare("running_mean", mean, golden.running_mean);
    compare("running_var", variance, golden.running_var);
  });
  return worst.result();
}
