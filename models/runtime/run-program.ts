import { spawn } from "node:child_process";

export interface ProgramResult {
  /** Exit code; null where the program could not be started at all. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell and collects what it prints. It ends when this process does. Never throws. */
export function runProgram(
  program: string,
  args: readonly string[],
  where: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    // A group of its own, so that what the program starts ends with it (a python3 is often a shell script).
    const detached = process.platform !== "win32";
    const child = spawn(program, args, {
      ...where,
      stdio: ["ignore", "pipe", "pipe"],
      detached,
    });
    const stop = (): void => {
      if (child.pid === undefined) return;
      if (detached) process.kill(-child.pid);
      else child.kill();
    };
    process.once("exit", stop);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const end = (code: number | null, problem: string): void => {
      process.off("exit", stop);
      resolve({ code, stdout, stderr: problem });
    };
    child.on("error", (error) => end(null, error.message));
    child.on("close", (code, signal) =>
      end(code ?? 1, signal ? `${stderr}ended by ${signal}` : stderr),
    );
  });
}

/** The last lines of a program's output, for an error message. */
export function lastLines(text: string, count = 4): string {
  return text.trim().split("\n").slice(-count).join(" / ").slice(-600);
}
