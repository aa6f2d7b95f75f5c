/** Long work on the main side in short slices, so that calls are answered in between. */
import { setImmediate as turn } from "node:timers/promises";

const SLICE_MS = 20;

/**
 * To be awaited often: goes on at once within a slice, lets others at the event loop after it. Throws the signal's
 * reason where it aborted.
 */
export function inSlices(signal: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await turn();
    signal.throwIfAborted();
    since = performance.now();
  };
}
