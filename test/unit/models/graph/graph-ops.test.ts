import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { GraphBuilder, type GraphTensor } from "../../../../models/graph/graph-builder.ts";
import { graphOps } from "../../../../models/graph/graph-ops.ts";
import { GraphSession } from "../../../../models/graph/graph-session.ts";
import { eagerOps } from "../../../../models/rtdetr/eager-ops.ts";
import type { Ops } from "../../../../models/rtdetr/ops.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { tensor } from "./central-differences.ts";

beforeAll(async () => void (await loadTensorFlow()));

type Program = <T>(ops: Ops<T>, inputs: T[]) => T;

/** Runs a program both ways and compares values and shapes; the graph's own idea of the shape too. */
function expectSame(program: Program, inputs: tf.Tensor[]): void {
  const eager = tf.tidy(() => program(eagerOps, inputs));
  const graph = new GraphBuilder();
  const nodes = inputs.map((input) => graph.input(input.shape, "float32"));
  const output: GraphTensor = program(graphOps(graph), nodes);
  const session = new GraphSession(graph);
  const feeds = nodes.map((input, i) => ({ input, value: inputs[i]! }));
  const [result] = session.run(feeds, [output]) as [tf.Tensor];
  expect(output.shape).toEqual(eager.shape);
  expect(result.shape).toEqual(eager.shape);
  const [found, wanted] = [result.dataSync(), eager.dataSync()];
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
  session.dispose();
}

const programs: [string, Program, () => tf.Tensor[]][] = [
  ["adds and subtracts with broadcasting", (o, [a, b]) => o.sub(1, o.add(o.add(a!, b!), 0.25)), () => [tensor([2, 3], 1), tensor([3], 2)]],
  ["multiplies, divides, limits", (o, [a, b]) => o.minimum(o.maximum(o.div(o.mul(a!, 3), b!), -2), 2), () => [tensor([4, 1], 3), tensor([1, 5], 4)]],
  ["compares and rounds down", (o, [a]) => o.equal(o.floor(o.mul(a!, 3)), o.floor(o.mul(a!, 2))), () => [tensor([3, 7], 5)]],
  ["takes logarithms of sigmoids", (o, [a]) => o.log(o.sigmoid(a!)), () => [tensor([5], 6, 4)]],
  ["activates", (o, [a]) => o.add(o.relu(a!), o.add(o.silu(a!), o.gelu(a!))), () => [tensor([2, 9], 7, 3)]],
  ["normalises over the last axis", (o, [x, g, b]) => o.layerNorm(o.softmax(x!), g!, b!, 1e-5), () => [tensor([2, 3, 5], 8), tensor([5], 9), tensor([5], 10)]],
  ["gathers the rows with the best maximum", (o, [x]) => o.gatherRows(o.reshape(x!, [6, 4]), o.topKIndices(o.max(x!), 2)), () => [tensor([2, 3, 4], 11)]],
  ["reorders, joins, cuts", (o, [a, b]) => o.slice(o.concat([o.transpose(a!, [1, 0, 2]), b!], 2), [0, 1, 1], [3, 1, 4]), () => [tensor([2, 3, 4], 12), tensor([3, 2, 2], 13)]],
  ["multiplies matrices in batches", (o, [a, b, c]) => o.matMul(o.matMul(a!, b!), c!, true), () => [tensor([2, 3, 4], 14), tensor([2, 4, 5], 15), tensor([2, 6, 5], 16)]],
  ["applies a dense layer with relu", (o, [x, w, b]) => o.dense(x!, w!, b!, "relu"), () => [tensor([4, 3], 17), tensor([5, 3], 18), tensor([5], 19)]],
  ["applies a dense layer with gelu", (o, [x, w, b]) => o.dense(x!, w!, b!, "gelu"), () => [tensor([4, 3], 17), tensor([5, 3], 18), tensor([5], 19)]],
  ["convolves with stride 2 and silu", (o, [x, f, b]) => o.conv2d(x!, f!, b!, 2, "silu"), () => [tensor([2, 6, 5, 3], 20), tensor([3, 3, 3, 4], 21), tensor([4], 22)]],
  ["convolves pixel by pixel", (o, [x, f, b]) => o.conv2d(x!, f!, b!, 1, "relu"), () => [tensor([1, 3, 5, 3], 23), tensor([1, 1, 3, 2], 24), tensor([2], 25)]],
  ["pools odd maps", (o, [x]) => o.concat([o.maxPool3(o.relu(x!)), o.avgPool2(x!)], 3), () => [tensor([2, 5, 7, 2], 26)]],
  ["doubles maps", (o, [x]) => o.upsample2(x!), () => [tensor([1, 2, 3, 2], 27)]],
  ["uses constants and whole numbers", (o, [x]) => o.gatherRows(x!, o.add(o.toInt(o.constant(Float32Array.of(1, 0), [2])), o.constant(Int32Array.of(2, 1), [2]))), () => [tensor([4, 3], 28)]],
]; // prettier-ignore

test.each(programs)("a graph %s as TensorFlow.js does", (_name, program, inputs) => {
  expectSame(program, inputs());
});

test("a graph can be run again and gives the outputs that are asked for", () => {
  const graph = new GraphBuilder();
  const ops = graphOps(graph);
  const input = graph.input([2], "float32");
  const doubled = ops.mul(input, 2);
  const shifted = ops.add(doubled, 3);
  const session = new GraphSession(graph);
  for (const [a, b] of [
    [1, 5],
    [7, 11],
  ] as const) {
    // prettier-ignore
    const results = session.run([{ input, value: tf.tensor1d([a, b]) }], [shifted, doubled]);
    expect(results.map((result) => [...result.dataSync()])).toEqual([
      [2 * a + 3, 2 * b + 3],
      [2 * a, 2 * b],
    ]);
  }
  session.dispose();
});
