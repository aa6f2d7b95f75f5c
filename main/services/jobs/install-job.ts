import { installTensorFlow } from "../../compute/install-tensorflow.ts";
import type { JobContext } from "../job-context.ts";

/** Fetches and builds native TensorFlow; at once done where it is there. */
export async function installJob(context: JobContext): Promise<Readonly<Record<string, unknown>>> {
  context.progress({ phase: "Looking for TensorFlow", step: 0, total: 100, unit: "%" });
  const installed = await installTensorFlow(context.signal, (fraction, message) =>
    context.progress({ phase: message, step: Math.round(fraction * 100), total: 100, unit: "%" }),
  );
  return { ...installed };
}
