/** Programs that do one piece of work each time they are asked, measured turn by turn: a busy moment hits each of them. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface Pass {
  readonly ms: number;
  /** Processor time, all cores together: less disturbed by other programs. */
  readonly cpuMs: number;
  /** Largest resident memory of the program so far. */
  readonly peakMb: number;
}

export interface Runner {
  readonly name: string;
  readonly run: () => Promise<Pass>;
  readonly stop: () => void;
}

/** Starts a program and waits until it is ready; null where it ends before (with its last words on stderr). */
export async function startRunner(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Runner | null> {
  const child: ChildProcess = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env });
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

export interface Measured {
  readonly name: string;
  readonly times: readonly number[];
  readonly cpuTimes: readonly number[];
  readonly peakMb: number;
}

/** One pass of each to set things up, then `rounds` measured ones, in turns; stops the programs. */
export async function inTurns(runners: readonly Runner[], rounds: number): Promise<Measured[]> {
  const found = runners.map(({ name }) => ({
    ...{ name, times: [] as number[], cpuTimes: [] as number[], peakMb: 0 },
  }));
  try {
    for (const runner of runners) await runner.run();
    for (let round = 0; round < rounds; round += 1)
      for (const [which, runner] of runners.entries()) {
        const { ms, cpuMs, peakMb } = await runner.run();
        const entry = found[which]!;
        entry.times.push(ms);
        entry.cpuTimes.push(cpuMs);
        entry.peakMb = peakMb;
      }
  } finally {
    for (const runner of runners) runner.stop();
  }
  return found;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median over the rounds of one program's figure over another's. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return round2(median(ours.map((value, i) => value / theirs[i]!)));
}

export const round2 = (value: number): number => Math.round(value * 100) / 100;
