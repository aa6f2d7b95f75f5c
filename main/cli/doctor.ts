import { parseArgs } from "node:util";
import { dataFolder } from "../services/data-folder.ts";
import { examine } from "../services/doctor.ts";
import type { Command } from "./command.ts";

const help = `Usage: fovea doctor [--json]

Says what this computer has and lacks for Fovea, and what to do about it.
Exit code 1 where something that is needed is missing.
`;

const marks = { ok: "ok     ", warning: "warning", missing: "MISSING" } as const;

export const doctorCommand: Command = {
  summary: "say what this computer has and lacks for Fovea",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean", default: false } },
    });
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
