import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";

/** Ends the launcher with a sentence for the user instead of a stack trace. */
export class Stop extends Error {}

/** Runs a program to its end on this terminal. Returns its exit code. Throws Stop where it cannot start. */
export function runSync(program, args, options = {}) {
  const result = spawnSync(program, args, { stdio: "inherit", ...options });
  if (result.error) throw new Stop(`${program} could not be started: ${result.error.message}`);
  return result.status ?? codeOf(result.signal);
}

/** Runs a program on this terminal, hands signals on to it, and resolves with its exit code. */
export function runInherited(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the child as well; sent twice it would mean "stop at once".
      if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    child.on("error", (error) =>
      reject(new Stop(`${program} could not be started: ${error.message}`)),
    );
    child.on("exit", (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(code ?? codeOf(signal));
    });
  });
}

/** Runs a program that may run beside others, and resolves with its exit code and all that it wrote. */
export function runCollected(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) =>
      reject(new Stop(`${program} could not be started: ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve({ code: code ?? codeOf(signal), output }));
  });
}

/** What a shell gives for a program that a signal ended. */
function codeOf(signal) {
  return signal ? 128 + (constants.signals[signal] ?? 0) : 1;
}
