import { onScopeDispose } from "vue";

/**
 * Runs the work at most once in `interval` milliseconds and never twice at a time: the first call at once, what comes
 * meanwhile as one call at the end. Nothing runs after the component has gone.
 */
export function useThrottled(work: () => Promise<unknown>, interval = 1000): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let busy = false;
  let asked = false;
  let gone = false;

  function next(): void {
    timer = null;
    if (asked && !busy && !gone) void run();
  }

  async function run(): Promise<void> {
    asked = false;
    busy = true;
    timer = setTimeout(next, interval);
    try {
      await work();
    } finally {
      busy = false;
      if (timer === null) next();
    }
  }

  onScopeDispose(() => {
    gone = true;
    if (timer) clearTimeout(timer);
  });
  return () => {
    asked = true;
    if (timer === null) next();
  };
}
