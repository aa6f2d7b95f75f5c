import { existsSync } from "node:fs";
import type { TensorflowState } from "../../../shared/api/models.ts";
import { probeTensorFlow } from "../../compute/probe-tensorflow.ts";

/**
 * Returns the call that says whether TensorFlow runs here. It takes a second and a process of its own until it was
 * found to run; after that it is known for as long as its folder is there. Callers that wait at once share a process.
 */
export function tensorflowState(): () => Promise<TensorflowState> {
  let folder: string | null = null;
  let asked: Promise<TensorflowState> | null = null;

  async function look(): Promise<TensorflowState> {
    const found = await probeTensorFlow();
    if (found.state === "broken") {
      return { state: "broken", problem: found.problem, advice: found.advice };
    }
    folder = found.state === "ready" ? found.folder : null;
    return { state: found.state };
  }

  return () => {
    if (folder !== null && existsSync(folder)) return Promise.resolve({ state: "ready" });
    return (asked ??= look().finally(() => (asked = null)));
  };
}
