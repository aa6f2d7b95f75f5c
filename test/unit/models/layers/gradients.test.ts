import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { gelu, silu } from "../../../../models/layers/activation.ts";
import {
  avgPool2,
  biasedConvolution,
  convolution,
  maxPool3,
  upsample2,
} from "../../../../models/layers/conv.ts";
import { batchNorm, layerNorm } from "../../../../models/layers/norm.ts";
import { sampleWithGradient } from "../../../../models/layers/sampling.ts";
import { selfAttention } from "../../../../models/rtdetr/attention.ts";
import { eagerOps } from "../../../../models/rtdetr/eager-ops.ts";
import { foldBatchNorm } from "../../../../models/rtdetr/folded-weights.ts";
import { frozenNorms, trainingLayers } from "../../../../models/rtdetr/training-layers.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { gradientError, tensor } from "./central-differences.ts";

/** Float32 arithmetic and steps of 0.01 leave about this much. */
const CLOSE = 4e-3;

describe.each(["tensorflow", "cpu"])(
  "on the backend %s, gradients agree with central differences",
  (backend) => {
    beforeAll(async () => {
      await loadTensorFlow();
      await tf.setBackend(backend);
    });

    const check = (
      name: string,
      f: (...inputs: tf.Tensor[]) => tf.Tensor,
      make: () => tf.Tensor[],
      step?: number,
    ) =>
      test(name, () => {
        expect(gradientError(f, make(), step)).toBeLessThan(CLOSE);
      });

    for (const [size, stride] of [
      [3, 1],
      [3, 2],
      [1, 1],
    ] as const)
      // prettier-ignore
      check(
      `convolution ${size}x${size}, stride ${stride}, odd width`,
      (x, f) => convolution(x, f, stride),
      () => [tensor([2, 6, 5, 3], 1), tensor([size, size, 3, 4], 2)],
    );
    for (const relu of [false, true])
      check(
        `convolution with bias${relu ? " and relu" : ""}`,
        (x, f, b) => biasedConvolution(x, f, b, 2, relu),
        // Small steps: relu has a corner that large ones cross.
        () => [tensor([1, 4, 6, 2], 3), tensor([3, 3, 2, 3], 4), tensor([3], 5)],
        1e-3,
      );
    check("3x3 maximum", (x) => maxPool3(tf.exp(x)), () => [tensor([1, 6, 4, 2], 6)], 1e-3); // prettier-ignore
    check(
      "2x2 average of an even map",
      (x) => avgPool2(x),
      () => [tensor([2, 4, 6, 2], 7)],
    );
    check(
      "nearest neighbour, twice the size",
      (x) => upsample2(x),
      () => [tensor([1, 3, 2, 2], 8)],
    );
    check(
      "silu",
      (x) => silu(x),
      () => [tensor([3, 5], 9, 3)],
    );
    check(
      "gelu",
      (x) => gelu(x),
      () => [tensor([3, 5], 10, 3)],
    );
    check(
      "batch norm with the batch's statistics",
      (x, gamma, beta) => batchNorm(x, gamma, beta, 1e-5, null),
      () => [tensor([2, 3, 2, 3], 11), tensor([3], 12), tensor([3], 13)],
    );
    check(
      "layer norm",
      (x, gamma, beta) => layerNorm(x, gamma, beta, 1e-5),
      () => [tensor([2, 3, 7], 14), tensor([7], 15), tensor([7], 16)],
    );
    check(
      "frozen batch norm folded into the filter",
      (x, filter, gamma, beta) => {
        const norm = { gamma, beta, mean: tensor([3], 17), variance: tf.tensor1d([0.3, 1.7, 0.9]) };
        const folded = foldBatchNorm(filter, norm, 1e-5);
        return convolution(x, folded.filter, 1).add(folded.bias);
      },
      () => [tensor([1, 3, 4, 2], 18), tensor([3, 3, 2, 3], 19), tensor([3], 20), tensor([3], 21)],
    );
    check(
      "rows gathered twice",
      (x) => eagerOps.gatherRows(x, tf.tensor2d([[2, 0], [2, 3]], [2, 2], "int32")), // prettier-ignore
      () => [tensor([4, 3], 22)],
    );
    check(
      "dense layer with gelu",
      (x, w, b) => eagerOps.dense(x, w, b, "gelu"),
      () => [tensor([4, 3], 23), tensor([5, 3], 24), tensor([5], 25)],
    );
    check(
      "self-attention with a mask",
      (tokens, position, ...weights) => {
        const names = ["q", "k", "v", "out"].flatMap((which) => [
          `a.${which}_proj.weight`,
          `a.${which}_proj.bias`,
        ]);
        const parameters = new Map(names.map((name, i) => [name, weights[i]!]));
        const layers = trainingLayers({
          parameters,
          batchNormEps: 1e-5,
          layerNormEps: 1e-5,
          usesBatchStatistics: frozenNorms,
        });
        const mask = tf.tensor2d([[0, -1e9, 0], [0, 0, 0], [-1e9, 0, 0]]); // prettier-ignore
        return selfAttention(layers, tokens, position, { prefix: "a", heads: 2 }, mask);
      },
      () => [
        tensor([2, 3, 4], 26),
        tensor([1, 3, 4], 27),
        ...[28, 29, 30, 31].flatMap((seed) => [tensor([4, 4], seed), tensor([4], seed + 10)]),
      ],
    );
    check(
      "deformable sampling, two pictures, some points outside",
      (value, x, y, attention) =>
        sampleWithGradient(value, x, y, attention, {
          batch: 2,
          heads: 2,
          points: 2,
          shapes: [[3, 4], [2, 2]], // prettier-ignore
        }),
      () => [
        tensor([2, 16, 6], 32),
        // Away from whole numbers, where the gradient jumps.
        tf.add(tf.floor(tensor([6, 8], 33, 3)), 0.4),
        tf.add(tf.floor(tensor([6, 8], 34, 3)), 0.7),
        tensor([6, 8], 35),
      ],
    );
  },
);
