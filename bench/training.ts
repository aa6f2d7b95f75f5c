/**
 * How long a training step of RT-DETR takes and how much memory it needs, with the three methods on and off, beside
 * PyTorch where a Python has it. All train random weights on random pixels, turn by turn, so that a busy moment hits
 * each of them. Prints lines on stderr and one JSON document on stdout.
 * Options: --arch r18,r50 --size 640 --batch 2 --boxes 50 --rounds 5 --python python3
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { computeEnvironment } from "../shared/compute/environment.ts";
import { inTurns, median, medianRatio, round2, startRunner, type Runner } from "./turns.ts";

const { values: options } = parseArgs({
  options: {
    arch: { type: "string", default: "r18,r50" },
    size: { type: "string", default: "640" },
    batch: { type: "string", default: "2" },
    boxes: { type: "string", default: "50" },
    rounds: { type: "string", default: "5" },
    python: { type: "string", default: "python3" },
  },
});

async function measure(arch: string): Promise<Record<string, unknown>> {
  const args = [arch, options.size, options.batch, options.boxes];
  const here = import.meta.dirname;
  const runners: Runner[] = [];
  for (const [program, ...rest] of [
    [process.execPath, join(here, "training-runner.ts"), ...args, "all"],
    [process.execPath, join(here, "training-runner.ts"), ...args, "none"],
    [options.python, join(here, "peers/torch_rtdetr_train.py"), ...args],
  ] as const) {
    // Ours as the app starts it.
    const own =
      program === process.execPath ? { ...process.env, ...computeEnvironment } : undefined;
    const runner = await startRunner(program, rest, own);
    if (runner !== null) runners.push(runner);
  }
  const measured = await inTurns(runners, Number(options.rounds));
  const ours = measured[0]!;
  const programs = measured.map(({ name, times, cpuTimes, peakMb }) => ({
    name,
    medianMs: Math.round(median(times)),
    bestMs: Math.round(Math.min(...times)),
    medianCpuMs: Math.round(median(cpuTimes)),
    peakMb: Math.round(peakMb),
    /** Ours with the methods on over this program's: medians over the rounds. */
    timeRatio: medianRatio(ours.times, times),
    cpuRatio: medianRatio(ours.cpuTimes, cpuTimes),
    memoryRatio: round2(ours.peakMb / peakMb),
  }));
  for (const { name, medianMs, bestMs, medianCpuMs, peakMb, ...ratios } of programs)
    process.stderr.write(
      `${arch} ${options.size}x${options.size} batch ${options.batch} ${name}: median ${medianMs} ms, ` +
        `best ${bestMs} ms, processor ${medianCpuMs} ms, peak ${peakMb} MB; ours with the methods on takes ` +
        `${ratios.timeRatio}x its time, ${ratios.cpuRatio}x its processor time, ${ratios.memoryRatio}x its memory\n`,
    );
  return { ...options, arch, programs };
}

const results = [];
for (const arch of options.arch.split(",")) results.push(await measure(arch));
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
