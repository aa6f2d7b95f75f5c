/** The `fovea` command. Each command is loaded only when it is called, for a quick start. */
import { runCommand } from "./cli/run-command.ts";

// The reader of a pipe may leave early, as `head` does; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runCommand(process.argv.slice(2));
