import { spawn, spawnSync } from "node:child_process";

/** Ends the launcher with a sentence for the user instead of a stack trace. */
export class Stop extends Error {}

/** Runs a program to its end on this terminal. Returns its exit code. Throws Stop where it cannot start. */
export function runSync(program, args, options = {}) {
  const result = spawnSync(program, args, { stdio: "inherit", ...options });
  if (result.error) throw new Stop(`${program} could not be started: ${result.error.message}`);
  return result.status ?? 1;
}

/** Runs a program on this terminal, hands signals on to it, and resolves with its exit code. */
export function runInherited(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.on("error", (error) =>
      reject(new Stop(`${program} could not be started: ${error.message}`)),
    );
    child.on("exit", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(code ?? (signal ? 130 : 1));
    });
  });
}
