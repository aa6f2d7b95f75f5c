import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../../models/graph/graph-builder.ts";
import { RtdetrDetector } from "../../../../models/rtdetr/detector.ts";
import { initialValues } from "../../../../models/rtdetr/initial-values.ts";
import { toFileValues } from "../../../../models/rtdetr/parameters.ts";
import { frozenNorms } from "../../../../models/rtdetr/training-layers.ts";
import { loadTensorFlow } from "../../../../models/runtime/load.ts";
import { denoisingQueries } from "../../../../models/training/denoising.ts";
import { lossConfigOf, stepSettingsOf } from "../../../../models/training/loss-settings.ts";
import { createModelVariables } from "../../../../models/training/model-variables.ts";
import { randomStream } from "../../../../models/training/random.ts";
import {
  createTrainingState,
  disposeTrainingState,
  trainStep,
  type Batch,
} from "../../../../models/training/step.ts";
import { selectedQueries, TrainingGraph } from "../../../../models/training/training-graph.ts";
import { tinyPreset, type TrainingSettings } from "../../../../shared/domain/training.ts";
import { smallRtdetrConfig } from "../../../fixtures/models/small-rtdetr.ts";

const config = smallRtdetrConfig(["car", "van"], 2);
const SIDE = 64;
const off: Partial<TrainingSettings> = {
  samplePoints: null,
  scaleAlignedTarget: null,
  reweighting: null,
};

beforeAll(async () => void (await loadTensorFlow("training")));

const truth = [
  {
    classes: Int32Array.of(1, 0, 1),
    boxes: Float64Array.of(0.5, 0.5, 0.2, 0.1, 0.3, 0.3, 0.1, 0.1, 0.7, 0.6, 0.2, 0.3),
    regions: new Float64Array(0),
  },
  {
    classes: Int32Array.of(0),
    boxes: Float64Array.of(0.4, 0.6, 0.3, 0.2),
    regions: new Float64Array(0),
  },
];

const batch = (): Batch => ({
  pixels: tf.randomUniform([2, SIDE, SIDE, 3], 0, 1, "float32", 7),
  truth,
  names: ["a.png", "b.png"],
});

function start(changes: Partial<TrainingSettings>) {
  const settings = { ...tinyPreset, ...changes };
  const random = randomStream(5);
  const model = createModelVariables(config, initialValues(config, random.next), {
    trainBackboneNorms: true,
  });
  const state = createTrainingState(model, lossConfigOf(settings), random);
  return { state, random, settings: stepSettingsOf(settings) };
}

test("steps from the same start are the same, and leave no tensors behind after the first", () => {
  const run = () => {
    const { state, random, settings } = start({});
    const reports = Array.from({ length: 3 }, () => {
      const { loss, norm } = trainStep(state, batch(), settings, random);
      return { total: loss.total, norm, tensors: tf.memory().numTensors };
    });
    disposeTrainingState(state);
    return reports;
  };
  const before = tf.memory().numTensors;
  const first = run();
  expect(first[1]!.tensors).toBe(first[2]!.tensors);
  expect(tf.memory().numTensors).toBe(before);
  expect(run()).toEqual(first);
}, 300_000);

test("a step whose losses are not finite is named, changes nothing and leaves nothing behind", () => {
  const { state, random, settings } = start({ denoising: false });
  trainStep(state, batch(), settings, random);
  const tensors = tf.memory().numTensors;
  const values = () => [...state.model.tensors.values()].map((t) => [...t.dataSync<"float32">()]);
  const before = values();
  const logits = state.model.trained.get("model.decoder.class_embed.1.bias")!.variable;
  const [good, bad] = [logits.clone(), tf.fill(logits.shape, NaN)];
  logits.assign(bad);
  expect(() => trainStep(state, batch(), settings, random)).toThrow(/Step 2: .* a.png, b.png/);
  logits.assign(good);
  tf.dispose([good, bad]);
  expect(values()).toEqual(before);
  expect(state.optimizer.step).toBe(1);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(trainStep(state, batch(), settings, random).step).toBe(2);
  disposeTrainingState(state);
}, 300_000);

describe("denoising queries", () => {
  test("that pad the number change no other query", () => {
    const { state } = start(off);
    const { model } = state;
    const outputs = [1, 16].map((multiple) => {
      const noise = { queries: 12, labelNoise: 0.5, boxNoise: 1, multiple };
      const selected = selectedQueries(config, SIDE, SIDE);
      const group = denoisingQueries(truth, 2, selected, noise, randomStream(3))!;
      const graph = new TrainingGraph(config, model.tensors, new Set(model.trained.keys()), {
        ...{ batch: 2, height: SIDE, width: SIDE, denoising: group.padded, reads: [], pulls: [] },
        usesBatchStatistics: frozenNorms,
      });
      const { pixels } = batch();
      const pass = graph.forward(model.tensors, pixels, group);
      graph.disposeForward(pass);
      graph.dispose();
      const boxes = pass.values.layers.at(-1)!.get("boxes")!;
      const all = group.padded + selected;
      const rowsOf = (image: number, from: number, count: number) =>
        boxes.subarray((image * all + from) * 4, (image * all + from + count) * 4);
      return {
        ...{ count: group.count, padded: group.padded },
        rows: [0, 1].flatMap((image) => [
          ...rowsOf(image, 0, group.count),
          ...rowsOf(image, group.padded, selected),
        ]),
      };
    });
    const [plain, padded] = outputs as [(typeof outputs)[0], (typeof outputs)[0]];
    expect([plain.count, plain.padded, padded.count, padded.padded]).toEqual([24, 24, 24, 32]);
    for (const [i, value] of plain.rows.entries()) expect(padded.rows[i]).toBeCloseTo(value, 5);
    disposeTrainingState(state);
  }, 300_000);
});

test("inference is the same graph with the same outputs, whatever is switched on in training", async () => {
  const graphs: string[] = [];
  const original = GraphBuilder.prototype.toSavedModel;
  const detections = [];
  for (const switches of [{}, off]) {
    const { state } = start(switches);
    const { specs, tensors } = state.model;
    const values = new Map([...specs].map(([name, spec]) => [name, toFileValues(spec, tensors.get(name)!)])); // prettier-ignore
    GraphBuilder.prototype.toSavedModel = function () {
      const bytes = original.call(this);
      graphs.push(Buffer.from(bytes).toString("base64"));
      return bytes;
    };
    using detector = await RtdetrDetector.from(config, values);
    const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i % 97) / 97);
    const picture = { values: pixels, count: 1, width: SIDE, height: SIDE };
    detections.push(await detector.detect(picture, [{ width: SIDE, height: SIDE }]));
    GraphBuilder.prototype.toSavedModel = original;
    disposeTrainingState(state);
  }
  expect(graphs).toHaveLength(2);
  expect(graphs[0]).toBe(graphs[1]);
  expect(detections[0]).toEqual(detections[1]);
}, 300_000);
