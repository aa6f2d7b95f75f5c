import { parseArgs } from "node:util";
import { dataFolder } from "../services/data-folder.ts";
import { examine } from "../services/doctor.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { say, type Command } from "./command.ts";

const help = `Usage: fovea doctor [--install-tensorflow] [--json]

Says what this computer has and lacks for Fovea, and what to do about it.

  --install-tensorflow   first fetch and build native TensorFlow, which detectors need
  --json                 print the findings as one JSON document

Exit code 1 where something that is needed is missing.
`;

const marks = { ok: "ok     ", warning: "warning", missing: "MISSING" } as const;

export const doctorCommand: Command = {
  summary: "say what this computer has and lacks for Fovea",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "install-tensorflow": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    if (values["install-tensorflow"]) await install();
    const checks = await examine(dataFolder());
    if (values.json) process.stdout.write(`${JSON.stringify({ checks })}\n`);
    else {
      for (const { name, state, found, advice } of checks) {
        process.stdout.write(
          `${marks[state]}  ${name}: ${found}\n${advice ? `         ${advice}\n` : ""}`,
        );
      }
    }
    return checks.some(({ state }) => state === "missing") ? 1 : 0;
  },
};

async function install(): Promise<void> {
  const { installTensorFlow } = await import("../compute/install-tensorflow.ts");
  const abort = new AbortController();
  process.once("SIGINT", () =>
    abort.abort(new AppError("tensorflow/cancelled", "The installation was cancelled.")),
  );
  let last = "";
  const { version, folder } = await installTensorFlow(abort.signal, (fraction, message) => {
    if (message !== last) say(`${Math.round(100 * fraction)} %  ${message}`);
    last = message;
  });
  say(`TensorFlow ${version} is at ${folder}.`);
}
