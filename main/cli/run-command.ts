import { AppError } from "../../shared/domain/app-error.ts";
import { say, UsageError, type Command } from "./command.ts";

type Loader = () => Promise<Command>;

const commands: Readonly<Record<string, { readonly summary: string; readonly load: Loader }>> = {
  serve: {
    summary: "open Fovea in the browser",
    load: async () => (await import("./serve.ts")).serveCommand,
  },
  import: {
    summary: "import a folder of images, labels and predictions into a project",
    load: async () => (await import("./import.ts")).importCommand,
  },
  export: {
    summary: "write labels or predictions of a project to files",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  evaluate: {
    summary: "score predictions against labels, from files or from a project",
    load: async () => (await import("./evaluate-either.ts")).evaluateEither,
  },
  predict: {
    summary: "run a detector over a folder of images",
    load: async () => (await import("./predict.ts")).predictCommand,
  },
  merge: {
    summary: "join the parts of a prediction",
    load: async () => (await import("./merge.ts")).mergeCommand,
  },
  train: {
    summary: "train a detector on a dataset of a project",
    load: async () => (await import("./train.ts")).trainCommand,
  },
  doctor: {
    summary: "say what this computer has and lacks for Fovea",
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
};

/** Runs `fovea ARGS` and returns the exit code: 0, 1 (the work failed) or 2 (bad arguments). */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  try {
    if (name === "--version" || name === "-v") {
      process.stdout.write(`${(await import("../program.ts")).version}\n`);
      return 0;
    }
    if (name === "help" || name === "--help" || name === "-h") return await help(rest[0]);
    const command = await find(name).load();
    if (rest.includes("--help") || rest.includes("-h")) {
      process.stdout.write(command.help);
      return 0;
    }
    return await command.run(rest);
  } catch (error) {
    return report(error, name);
  }
}

async function help(name: string | undefined): Promise<number> {
  if (name !== undefined) {
    process.stdout.write((await find(name).load()).help);
    return 0;
  }
  const width = Math.max(...Object.keys(commands).map(({ length }) => length));
  const lines = Object.entries(commands).map(
    ([key, { summary }]) => `  ${key.padEnd(width)}  ${summary}`,
  );
  process.stdout.write(
    `Fovea: a workbench for small-object detection.

Usage: fovea COMMAND [options]

${lines.join("\n")}

"fovea COMMAND --help" explains a command. --json prints one JSON document on stdout; messages and
progress go to stderr. Exit codes: 0 done, 1 the work failed, 2 wrong arguments.
`,
  );
  return 0;
}

function find(name: string): { readonly load: Loader } {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  throw new UsageError(
    `there is no command "${name}". Known are ${Object.keys(commands).join(", ")}.`,
  );
}

function report(error: unknown, name: string): number {
  const isUsage =
    error instanceof UsageError ||
    (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") === true;
  if (isUsage) {
    say(`fovea: ${(error as Error).message}`);
    say(`Run "fovea help${Object.hasOwn(commands, name) ? ` ${name}` : ""}" to see what it takes.`);
    return 2;
  }
  if (error instanceof AppError) say(`fovea: ${error.message}`);
  else
    say(
      `fovea: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  return 1;
}
