/** The `fovea` command. Each command is loaded only when it is called, for a quick start. */
import { enableCompileCache } from "node:module";
import { runCommand } from "./cli/run-command.ts";

// For a start without the launcher, which sets it before the first file. Commands are imported when they run; compiled
// once, they start in a third of the time.
enableCompileCache();

// The reader of a pipe may leave early, as `head` does; that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await runCommand(process.argv.slice(2));
