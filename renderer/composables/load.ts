import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import { isAbort } from "../api/client.ts";

export interface Loaded<T> {
  /** The last value; stays while a newer one is fetched, so that nothing jumps. */
  readonly value: Readonly<ShallowRef<T | null>>;
  readonly error: Readonly<ShallowRef<unknown>>;
  readonly loading: Readonly<ShallowRef<boolean>>;
  reload(): Promise<void>;
}

/** Loads when the key changes, giving up on what is still under way. A null key means there is nothing to load. */
export function useLoad<Key, T>(
  key: () => Key | null,
  work: (key: Key, signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = shallowRef(false);
  let current = new AbortController();

  async function reload(): Promise<void> {
    current.abort();
    const mine = (current = new AbortController());
    const asked = key();
    if (asked === null) {
      value.value = null;
      error.value = null;
      loading.value = false;
      return;
    }
    loading.value = true;
    try {
      const found = await work(asked, mine.signal);
      if (mine.signal.aborted) return;
      value.value = found;
      error.value = null;
    } catch (thrown) {
      if (mine.signal.aborted || isAbort(thrown)) return;
      error.value = thrown;
    }
    if (!mine.signal.aborted) loading.value = false;
  }

  watch(
    () => JSON.stringify(key()),
    () => void reload(),
    { immediate: true },
  );
  onScopeDispose(() => current.abort());
  return { value, error, loading, reload };
}
