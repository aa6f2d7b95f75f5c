import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { runPiece, type PieceBuilder } from "../../../../models/golden/graph-gradients.ts";
import type { GraphTensor } from "../../../../models/graph/graph-builder.ts";
import { tapedBatchNorm, tapedConvolution } from "../../../../models/graph/taped-norm.ts";
import { gradientTools, tapedOps } from "../../../../models/graph/taped-ops.ts";
import { selfAttention } from "../../../../models/rtdetr/attention.ts";
import type { Layers } from "../../../../models/rtdetr/layers.ts";
import type { Ops } from "../../../../models/rtdetr/ops.ts";
import { tapedSampling } from "../../../../models/rtdetr/taped-sampling.ts";
import { frozenNorms, trainingLayers } from "../../../../models/rtdetr/training-layers.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { CHEAP } from "../../../../models/training/training-graph.ts";
import { gradientError, tensor } from "./central-differences.ts";

beforeAll(async () => void (await loadTensorFlow("training")));

/** Float32 arithmetic and steps of 0.01 leave about this much. */
const CLOSE = 4e-3;

/** A piece made of the detector's arithmetic. */
const withOps =
  (make: (ops: Ops<GraphTensor>, ...inputs: GraphTensor[]) => GraphTensor): PieceBuilder =>
  (graph, tape, inputs) => ({ output: make(tapedOps(graph, tape), ...inputs) });

/** What a frozen batch norm has seen; it takes no gradient. */
const variance = Float32Array.of(0.6, 1.7, 0.9);

/** A piece made of the detector's layers; the inputs from `from` on are the parameters of these names. */
const withLayers =
  (
    names: readonly string[],
    from: number,
    make: (layers: Layers<GraphTensor>, ...inputs: GraphTensor[]) => GraphTensor,
    usesBatchStatistics = frozenNorms,
  ): PieceBuilder =>
  (graph, tape, inputs) => {
    const parameters = new Map(names.map((name, i) => [name, inputs[from + i]!]));
    const layers = trainingLayers({
      ...{ graph, tape, batchNormEps: 1e-5, layerNormEps: 1e-5, usesBatchStatistics },
      parameter: (name) => parameters.get(name) ?? graph.constant(variance, [variance.length]),
      onBatchNorm: () => undefined,
    });
    return { output: make(layers, ...inputs.slice(0, from)) };
  };

const grid = { batch: 2, heads: 2, points: 2, shapes: [[3, 4], [2, 2]] } as const; // prettier-ignore
const attentionNames = ["q", "k", "v", "out"].flatMap((which) => [
  `a.${which}_proj.weight`,
  `a.${which}_proj.bias`,
]);
const positive = (shape: number[], seed: number) => tf.exp(tensor(shape, seed));

interface Case {
  readonly build: PieceBuilder;
  readonly inputs: () => tf.Tensor[];
  /** Small where the function has corners that large steps cross. */
  readonly step?: number;
}

const cases: Record<string, Case> = {
  "sums with broadcasting": {
    build: withOps((o, a, b) => o.add(o.sub(1, o.add(o.sub(a, b), 0.5)), b)),
    inputs: () => [tensor([2, 3, 4], 1), tensor([3, 1], 2)],
  },
  "products and quotients with broadcasting": {
    build: withOps((o, a, b, c) => o.div(o.mul(o.mul(a, b), 1.7), c)),
    inputs: () => [tensor([2, 3], 3), tensor([3], 4), positive([2, 1], 5)],
    step: 1e-3,
  },
  "logarithm of a sigmoid": {
    build: withOps((o, a) => o.log(o.sigmoid(a))),
    inputs: () => [tensor([7], 6, 3)],
  },
  "reordering, joining, cutting": {
    build: withOps((o, a, b) =>
      o.slice(
        o.concat([o.transpose(a, [1, 0, 2]), o.reshape(b, [3, 2, 2])], 2),
        [0, 1, 1],
        [3, 1, 4],
      ),
    ),
    inputs: () => [tensor([2, 3, 4], 7), tensor([6, 2], 8)],
  },
  softmax: {
    build: withOps((o, a) => o.softmax(o.mul(a, 2))),
    inputs: () => [tensor([3, 5], 9)],
  },
  "products of matrices in batches": {
    build: withOps((o, a, b, c) => o.matMul(o.matMul(a, b), c, true)),
    inputs: () => [tensor([2, 3, 4], 10), tensor([2, 4, 5], 11), tensor([2, 6, 5], 12)],
  },
  "one tensor used three times": {
    build: withOps((o, a) => o.add(o.mul(a, o.sigmoid(a)), a)),
    inputs: () => [tensor([4], 13)],
  },
  "rows gathered twice": {
    build: withOps((o, a) => o.gatherRows(a, o.constant(Int32Array.of(2, 0, 2, 3), [2, 2]))),
    inputs: () => [tensor([4, 3], 14)],
  },
  silu: { build: withOps((o, a) => o.silu(a)), inputs: () => [tensor([3, 5], 15, 3)] },
  gelu: { build: withOps((o, a) => o.gelu(a)), inputs: () => [tensor([3, 5], 16, 3)] },
  "layer norm": {
    build: withOps((o, x, gamma, beta) => o.layerNorm(x, gamma, beta, 1e-5)),
    inputs: () => [tensor([2, 3, 7], 17), tensor([7], 18), tensor([7], 19)],
  },
  "dense layer with gelu": {
    build: withOps((o, x, w, b) => o.dense(x, w, b, "gelu")),
    inputs: () => [tensor([4, 3], 20), tensor([5, 3], 21), tensor([5], 22)],
  },
  "dense layer with relu": {
    build: withOps((o, x, w, b) => o.dense(x, w, b, "relu")),
    inputs: () => [tensor([4, 3], 23), tensor([5, 3], 24), tensor([5], 25)],
    step: 1e-3,
  },
  "convolution with bias and relu, stride 2": {
    build: withOps((o, x, f, b) => o.conv2d(x, f, b, 2, "relu")),
    inputs: () => [tensor([1, 4, 6, 2], 26), tensor([3, 3, 2, 3], 27), tensor([3], 28)],
    step: 1e-3,
  },
  "convolution with bias and silu, pixel by pixel": {
    build: withOps((o, x, f, b) => o.conv2d(x, f, b, 1, "silu")),
    inputs: () => [tensor([2, 3, 5, 2], 29), tensor([1, 1, 2, 3], 30), tensor([3], 31)],
  },
  "3x3 maximum": {
    build: withOps((o, x) => o.maxPool3(x)),
    inputs: () => [positive([1, 6, 4, 2], 32)],
    step: 1e-3,
  },
  "2x2 average of an even map": {
    build: withOps((o, x) => o.avgPool2(x)),
    inputs: () => [tensor([2, 4, 6, 2], 33)],
  },
  "2x2 average of an odd map": {
    build: withOps((o, x) => o.avgPool2(x)),
    inputs: () => [tensor([2, 5, 3, 2], 34)],
  },
  "nearest neighbour, twice the size": {
    build: withOps((o, x) => o.upsample2(x)),
    inputs: () => [tensor([2, 3, 2, 2], 35)],
  },
  "batch norm with the batch's statistics": {
    build: (graph, tape, [x, gamma, beta]) => ({
      output: tapedBatchNorm(gradientTools(graph, tape), x!, gamma!, beta!, 1e-5).output,
    }),
    inputs: () => [tensor([2, 3, 2, 3], 36), tensor([3], 37), tensor([3], 38)],
  },
  "frozen batch norm folded into the filter": {
    build: withLayers(["c.weight", "n.weight", "n.bias", "n.running_mean"], 1, (layers, x) =>
      layers.convNorm(x, { conv: "c", norm: "n" }, 1, "none"),
    ),
    inputs: () => [
      tensor([1, 3, 4, 2], 39),
      tensor([3, 3, 2, 3], 40),
      ...[tensor([3], 41), tensor([3], 42), tensor([3], 43)],
    ],
  },
  "RepVGG unit with the batch's statistics": {
    build: withLayers(
      ["conv1", "conv2"].flatMap((which) => [
        `r.${which}.conv.weight`,
        `r.${which}.norm.weight`,
        `r.${which}.norm.bias`,
      ]),
      1,
      (layers, x) => layers.repVgg(x, "r", "silu"),
      () => true,
    ),
    inputs: () => [
      tensor([2, 3, 3, 2], 44),
      ...[tensor([3, 3, 2, 2], 45), tensor([2], 46), tensor([2], 47)],
      ...[tensor([1, 1, 2, 2], 48), tensor([2], 49), tensor([2], 50)],
    ],
  },
  "self-attention with a mask": {
    build: withLayers(attentionNames, 2, (layers, tokens, position) => {
      const barred = -1e9;
      const mask = Float32Array.of(0, barred, 0, 0, 0, 0, barred, 0, 0);
      return selfAttention(
        layers,
        tokens,
        position,
        { prefix: "a", heads: 2 },
        layers.ops.constant(mask, [3, 3]),
      );
    }),
    inputs: () => [
      tensor([2, 3, 4], 51),
      tensor([1, 3, 4], 52),
      ...[53, 54, 55, 56].flatMap((seed) => [tensor([4, 4], seed), tensor([4], seed + 10)]),
    ],
  },
  "deformable sampling, two pictures, some points outside": {
    build: (graph, tape, [value, x, y, attention]) => ({
      output: tapedSampling(
        gradientTools(graph, tape),
        { value: value!, x: x!, y: y!, attention: attention! },
        grid,
      ),
    }),
    inputs: () => [
      tensor([2, 16, 6], 67),
      // Away from whole numbers, where the gradient jumps.
      tf.add(tf.floor(tensor([6, 8], 68, 3)), 0.4),
      tf.add(tf.floor(tensor([6, 8], 69, 3)), 0.7),
      tensor([6, 8], 70),
    ],
  },
  "several runs": {
    // The weight is used before and after every cut, x goes round them, the gradient by c is the seed itself.
    build: withOps((o, x, w, c) => {
      const y = o.matMul(x, w);
      const z = o.add(o.matMul(o.sigmoid(y), w), x);
      return o.add(o.add(o.matMul(o.mul(z, y), w), x), c);
    }),
    inputs: () => [tensor([2, 3, 3], 60), tensor([2, 3, 3], 61), tensor([2, 3, 3], 62)],
  },
};

for (const [size, stride] of [
  [3, 1],
  [3, 2],
  [1, 1],
] as const)
  cases[`convolution ${size}x${size}, stride ${stride}, odd width`] = {
    build: (graph, tape, [x, f]) => ({
      output: tapedConvolution(gradientTools(graph, tape), x!, f!, stride),
    }),
    inputs: () => [tensor([2, 6, 5, 3], 71), tensor([size, size, 3, 4], 72)],
  };

describe("gradients agree with central differences", () => {
  test.each(Object.entries(cases))("%s", (_name, { build, inputs, step }) => {
    const options = step === undefined ? {} : { step };
    expect(gradientError(build, inputs(), options)).toBeLessThan(CLOSE);
    // The same where cheap results are made again, and the backward pass takes as many runs as it can.
    const saving = { ...options, cheap: [...CHEAP], parts: 1000 };
    expect(gradientError(build, inputs(), saving)).toBeLessThan(CLOSE);
  });
});

test("gradients are the same in one run and in several, and only they and the output are left behind", () => {
  const { build, inputs } = cases["several runs"]!;
  const results = [1, 3, 1000].map((parts) => {
    const given = inputs();
    const before = tf.memory().numTensors;
    const { output, gradients } = runPiece(build, given, tf.onesLike, [], parts);
    expect(tf.memory().numTensors).toBe(before + 1 + given.length);
    return [output, ...gradients].flatMap((found) => [...found!.dataSync()]);
  });
  // Sums are taken in another order.
  for (const several of results.slice(1))
    several.forEach((value, i) => expect(value).toBeCloseTo(results[0]![i]!, 5));
});

test("what is detached gets no gradient, and neither does what is computed without one", () => {
  const build = withLayers(["p"], 1, (layers, x) => {
    const { ops } = layers;
    const aside = layers.withoutGradient(() => ops.mul(x, layers.parameter("p")));
    return ops.add(ops.mul(x, 3), ops.mul(layers.detach(ops.mul(x, x)), aside));
  });
  const { gradients } = runPiece(build, [tf.tensor1d([2, 5]), tf.tensor1d([7, 11])], tf.onesLike);
  expect([...gradients[0]!.dataSync()]).toEqual([3, 3]);
  expect(gradients[1]).toBeNull();
});

test("an operation without a gradient rule is refused where a gradient would have to pass", () => {
  const build = withOps((ops, x) => ops.maximum(ops.mul(x, 2), 0));
  expect(() => runPiece(build, [tf.tensor1d([1])], tf.onesLike)).toThrow("maximum has no gradient");
});
