/**
 * How long RT-DETR takes for a picture, beside PyTorch and ONNX Runtime where a Python has them.
 * All run random weights of the same size, turn by turn, so that a busy moment hits each of them.
 * Prints one line per model and program on stderr and one JSON document on stdout.
 * Options: --arch r50,r18 --size 640 --batch 1 --rounds 7 --python python3
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inTurns, median, medianRatio, round2, startRunner, type Runner } from "./turns.ts";

const { values: options } = parseArgs({
  options: {
    arch: { type: "string", default: "r50,r18" },
    size: { type: "string", default: "640" },
    batch: { type: "string", default: "1" },
    rounds: { type: "string", default: "7" },
    python: { type: "string", default: "python3" },
  },
});
const rounds = Number(options.rounds);

async function measure(arch: string): Promise<Record<string, unknown>> {
  const args = [arch, options.size, options.batch];
  const here = import.meta.dirname;
  const runners: Runner[] = [];
  for (const [program, script] of [
    [process.execPath, "detector-runner.ts"],
    [options.python, "peers/torch_rtdetr.py"],
    [options.python, "peers/ort_rtdetr.py"],
  ] as const) {
    const runner = await startRunner(program, [join(here, script), ...args]);
    if (runner !== null) runners.push(runner);
  }
  const measured = await inTurns(runners, rounds);
  const ours = measured[0]!;
  const programs = measured.map(({ name, times, cpuTimes, peakMb }) => ({
    name,
    medianMs: Math.round(median(times)),
    bestMs: Math.round(Math.min(...times)),
    medianCpuMs: Math.round(median(cpuTimes)),
    peakMb: Math.round(peakMb),
    /** Our time over this program's: the median over the rounds, and of the best times. */
    ratio: medianRatio(ours.times, times),
    ratioOfBest: round2(Math.min(...ours.times) / Math.min(...times)),
  }));
  for (const { name, medianMs, bestMs, medianCpuMs, peakMb, ratio, ratioOfBest } of programs)
    process.stderr.write(
      `${arch} ${options.size}x${options.size} batch ${options.batch} ${name}: median ${medianMs} ms, ` +
        `best ${bestMs} ms, processor ${medianCpuMs} ms, peak ${peakMb} MB; ours takes ${ratio}x (best ${ratioOfBest}x)\n`,
    );
  return { arch, size: Number(options.size), batch: Number(options.batch), rounds, programs };
}

const results = [];
for (const arch of options.arch.split(",")) results.push(await measure(arch));
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
