/**
 * One RT-DETR with random weights that takes a training step for each line it reads, and answers with one JSON line:
 * { ms, cpuMs, peakMb }. Started by `bench/training.ts`. Arguments: ARCH SIZE BATCH BOXES all|none, the last for
 * the three methods on or off.
 */
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { initialValues } from "../models/rtdetr/initial-values.ts";
import { presetConfig, type RtdetrPreset } from "../models/rtdetr/presets.ts";
import { loadTensorFlow } from "../models/runtime/load.ts";
import { lossConfigOf, stepSettingsOf } from "../models/training/loss-settings.ts";
import { createModelVariables } from "../models/training/model-variables.ts";
import { randomStream } from "../models/training/random.ts";
import { createTrainingState, trainStep } from "../models/training/step.ts";
import { paperPreset, type TrainingSettings } from "../shared/domain/training.ts";

const [arch = "r50", sizeText = "640", batchText = "2", boxText = "50", methods = "all"] =
  process.argv.slice(2);
const [size, batch, boxes] = [Number(sizeText), Number(batchText), Number(boxText)];
await loadTensorFlow("training");
const classes = 80;
const labels = Array.from({ length: classes }, (_, index) => `class ${index}`);
const config = presetConfig(arch as RtdetrPreset, labels);
const random = randomStream(1);
const none = { samplePoints: null, scaleAlignedTarget: null, reweighting: null };
const settings: TrainingSettings = methods === "all" ? paperPreset : { ...paperPreset, ...none };
const model = createModelVariables(config, initialValues(config, random.next), {
  trainBackboneNorms: false,
});
const state = createTrainingState(model, lossConfigOf(settings), random);
const values = Float32Array.from({ length: batch * size * size * 3 }, random.next);

const truth = Array.from({ length: batch }, () => ({
  classes: Int32Array.from({ length: boxes }, () => random.integer(classes)),
  boxes: Float64Array.from({ length: boxes * 4 }, (_, k) =>
    k % 4 < 2 ? 0.1 + 0.8 * random.next() : 0.01 + 0.08 * random.next(),
  ),
  regions: new Float64Array(0),
}));

const name = `Fovea, methods ${methods === "all" ? "on" : "off"}`;
process.stdout.write(`${JSON.stringify({ name, ready: true })}\n`);
for await (const _line of createInterface({ input: process.stdin })) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const pixels = tf.tensor4d(values, [batch, size, size, 3]);
  trainStep(state, { pixels, truth, names: [] }, stepSettingsOf(settings), random);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ms, cpuMs, peakMb })}\n`);
}
