/** Asks a process of its own which TensorFlow runs here: loading a broken library may end the process. */
import { execFile } from "node:child_process";
import { join } from "node:path";

const program = join(
  import.meta.dirname,
  "..",
  "..",
  "models",
  "runtime",
  `probe${import.meta.filename.slice(-3)}`,
);
const PATIENCE_MS = 60_000;

/** What models/runtime/probe.ts prints. */
export type TensorFlowState =
  | {
      readonly state: "ready";
      readonly version: string;
      readonly variant: "cpu" | "cuda";
      readonly folder: string;
      readonly device: "cpu" | "gpu";
      readonly gigaflops: number;
      readonly correct: boolean;
      readonly advice: string | null;
    }
  | { readonly state: "missing"; readonly advice: string }
  | { readonly state: "broken"; readonly problem: string; readonly advice: string };

/** Never rejects: a probe that dies says that TensorFlow is broken. */
export function probeTensorFlow(): Promise<TensorFlowState> {
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MS, env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } };
    execFile(process.execPath, [program], options, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as TensorFlowState);
      } catch {
        resolve({
          state: "broken",
          problem: `loading it ended the process (${error?.message.split("\n")[0] ?? "no answer"})`,
          advice: "Run fovea doctor --install-tensorflow to install it anew.",
        });
      }
    });
  });
}
