import { resolve } from "node:path";

/** One command of the command line. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** All of `fovea COMMAND --help`. */
  readonly help: string;
  /** Returns the exit code: 0, or 1 where the work failed. Throws UsageError for wrong arguments. */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong arguments: told with a pointer to the help, exit code 2. */
export class UsageError extends Error {}

/** Paths are the caller's: npm changes the working folder, and says where it was in INIT_CWD. */
export function resolvePath(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

/** For people; stdout is kept for the one JSON document. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A whole number argument. Throws UsageError. */
export function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UsageError(`--${name} is "${text}"; it must be a whole number from ${low} to ${high}.`);
}
