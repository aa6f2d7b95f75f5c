/** Runs the installer of native TensorFlow in a process of its own. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AppError } from "../../shared/domain/app-error.ts";

const models = join(import.meta.dirname, "..", "..", "models", "runtime");
const ending = import.meta.filename.slice(-3);

export interface InstalledTensorFlow {
  readonly folder: string;
  readonly version: string;
  readonly variant: "cpu" | "cuda";
}

/** One line that the installer prints with --json. */
type Line =
  | { readonly kind: "progress"; readonly fraction: number; readonly message: string }
  | ({ readonly kind: "done" } & InstalledTensorFlow)
  | { readonly kind: "error"; readonly code: string; readonly message: string };

/** Resolves when TensorFlow is there. Rejects with the installer's own error, or `tensorflow/not-installed`. */
export function installTensorFlow(
  signal: AbortSignal,
  report: (fraction: number, message: string) => void,
): Promise<InstalledTensorFlow> {
  signal.throwIfAborted();
  const child = fork(join(models, `install${ending}`), ["--json"], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
  });
  let end: Line | null = null;
  let lastWords = "";
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  child.stderr?.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk).slice(-4000)));
  createInterface({ input: child.stdout! }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if (line.kind === "progress") report(line.fraction, line.message);
    else end = line;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason as Error);
      else if (end?.kind === "done") resolve(end);
      else if (end?.kind === "error") reject(new AppError(end.code, end.message));
      else
        reject(
          new AppError(
            "tensorflow/not-installed",
            `The installation of TensorFlow ended with code ${String(code)} before it was done. Try again; run fovea doctor if it comes back.`,
            lastWords,
          ),
        );
    });
  });
}
