/**
 * One RT-DETR with random weights that runs a forward pass for each line it reads, and answers with one
 * JSON line: { ms, cpuMs, peakMb }. Started by `bench/detector.ts`. Arguments: ARCH SIZE BATCH.
 */
import { createInterface } from "node:readline";
import { initialValues } from "../models/rtdetr/initial-values.ts";
import { presetConfig, type RtdetrPreset } from "../models/rtdetr/presets.ts";
import { RtdetrDetector } from "../models/rtdetr/detector.ts";

const [arch = "r50", sizeText = "640", batchText = "1"] = process.argv.slice(2);
const [size, count] = [Number(sizeText), Number(batchText)];
const labels = Array.from({ length: 80 }, (_, index) => `class ${index}`);
const config = presetConfig(arch as RtdetrPreset, labels);
const detector = await RtdetrDetector.from(config, initialValues(config, Math.random));
const values = Float32Array.from({ length: count * size * size * 3 }, Math.random);
const sizes = Array.from({ length: count }, () => ({ width: size, height: size }));

process.stdout.write(`${JSON.stringify({ name: "Fovea", ready: true })}\n`);
for await (const _line of createInterface({ input: process.stdin })) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await detector.detect({ values, count, width: size, height: size }, sizes);
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ms, cpuMs, peakMb })}\n`);
}
