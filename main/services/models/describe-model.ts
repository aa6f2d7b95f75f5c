import type { ModelDescription, ModelSource } from "../../../shared/compute/messages.ts";
import { runTask } from "../../compute/run-task.ts";

/** Reads a model in the compute process, so that a file that brings native code down brings nothing else down. */
export function describeModel(
  model: ModelSource,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelDescription> {
  return runTask(
    { kind: "describe", model },
    { signal, progress: () => undefined, item: () => undefined },
  );
}
