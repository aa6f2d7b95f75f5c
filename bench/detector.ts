/**
 * How long RT-DETR takes for a picture, beside PyTorch and ONNX Runtime where a Python has them.
 * All run random weights of the same size, turn by turn, so that a busy moment hits each of them.
 * Prints one line per model and program on stderr and one JSON document on stdout.
 * Options: --arch r50,r18 --size 640 --batch 1 --rounds 7 --python python3
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

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

interface Pass {
  readonly ms: number;
  /** Processor time, all cores together: less disturbed by other programs. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** A program that runs one forward pass each time it is asked. */
interface Runner {
  readonly name: string;
  readonly run: () => Promise<Pass>;
  readonly stop: () => void;
}

/** Starts a program and waits until its model is ready; null where it ends before (with its last words). */
async function start(program: string, args: readonly string[]): Promise<Runner | null> {
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (words += text));
  const failed = new Promise<null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("exit", () => resolve(null));
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown> | null> => {
    const line = await Promise.race([lines.next(), failed]);
    return line === null || line.done ? null : (JSON.parse(line.value) as Record<string, unknown>);
  };
  const ready = await answer();
  if (ready === null) {
    const last = words.trim().split("\n").at(-1) ?? "";
    process.stderr.write(`left out: ${args[0]?.split("/").at(-1)} (${last.slice(0, 160)})\n`);
    return null;
  }
  return {
    name: String(ready["name"]),
    stop: () => child.kill(),
    run: async () => {
      child.stdin!.write("run\n");
      const result = await answer();
      if (result === null) throw new Error(`${program} ended during a run: ${words.slice(-400)}`);
      return result as unknown as Pass;
    },
  };
}

async function measure(arch: string): Promise<Record<string, unknown>> {
  const args = [arch, options.size, options.batch];
  const here = import.meta.dirname;
  const runners: Runner[] = [];
  for (const [program, script] of [
    [process.execPath, "detector-runner.ts"],
    [options.python, "peers/torch_rtdetr.py"],
    [options.python, "peers/ort_rtdetr.py"],
  ] as const) {
    const runner = await start(program, [join(here, script), ...args]);
    if (runner !== null) runners.push(runner);
  }
  const times = runners.map(() => [] as number[]);
  const cpuTimes = runners.map(() => [] as number[]);
  const peaks = runners.map(() => 0);
  try {
    for (const runner of runners) await runner.run(); // the first pass sets things up
    for (let round = 0; round < rounds; round += 1)
      for (const [which, runner] of runners.entries()) {
        const { ms, cpuMs, peakMb } = await runner.run();
        times[which]!.push(ms);
        cpuTimes[which]!.push(cpuMs);
        peaks[which] = peakMb;
      }
  } finally {
    for (const runner of runners) runner.stop();
  }
  const [ours] = times as [number[]];
  const programs = runners.map(({ name }, which) => ({
    name,
    medianMs: Math.round(median(times[which]!)),
    bestMs: Math.round(Math.min(...times[which]!)),
    medianCpuMs: Math.round(median(cpuTimes[which]!)),
    peakMb: Math.round(peaks[which]!),
    /** Our time over this program's: the median over the rounds, and of the best times. */
    ratio: round2(median(ours.map((ms, i) => ms / times[which]![i]!))),
    ratioOfBest: round2(Math.min(...ours) / Math.min(...times[which]!)),
  }));
  for (const { name, medianMs, bestMs, medianCpuMs, peakMb, ratio, ratioOfBest } of programs)
    process.stderr.write(
      `${arch} ${options.size}x${options.size} batch ${options.batch} ${name}: median ${medianMs} ms, ` +
        `best ${bestMs} ms, processor ${medianCpuMs} ms, peak ${peakMb} MB; ours takes ${ratio}x (best ${ratioOfBest}x)\n`,
    );
  return { arch, size: Number(options.size), batch: Number(options.batch), rounds, programs };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

const results = [];
for (const arch of options.arch.split(",")) results.push(await measure(arch));
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
