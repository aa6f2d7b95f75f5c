/** The `fovea` command. Each command is loaded only when it is called, for a quick start. */
import { runCommand } from "./cli/run-command.ts";

process.exitCode = await runCommand(process.argv.slice(2));
