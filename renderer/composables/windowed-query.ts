import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { isAbort } from "../api/client.ts";

export interface WindowAnswer<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** A long list of which only the windows that are looked at are fetched. */
export interface WindowedQuery<Item, Answer extends WindowAnswer<Item>> {
  /** null until the first answer. */
  readonly total: ComputedRef<number | null>;
  /** The latest answer: what comes with it beside the items. */
  readonly answer: Readonly<Ref<Answer | null>>;
  /** True while what is shown belongs to an earlier question, or nothing is shown yet. */
  readonly waiting: Readonly<Ref<boolean>>;
  readonly error: Readonly<Ref<unknown>>;
  /** null where it has not come yet. */
  item(index: number): Item | null;
  /** Says what is looked at; fetches what is missing of it and stops fetching what is not. */
  want(first: number, last: number): void;
  /** Asks anew. What was there stays on screen until the answer comes. */
  restart(): void;
}

/** fetch: one window of the list. Windows lie side by side, so that a scroll over them asks for each once. */
export function windowedQuery<Item, Answer extends WindowAnswer<Item>>(
  windowSize: number,
  fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<Answer>,
): WindowedQuery<Item, Answer> {
  const answer: ShallowRef<Answer | null> = shallowRef(null);
  const windows = shallowRef<ReadonlyMap<number, readonly Item[]>>(new Map());
  const waiting = ref(true);
  const error = shallowRef<unknown>(null);
  let running = new Map<number, AbortController>();
  let fresh = false;
  let wanted = { first: 0, last: windowSize - 1 };

  async function load(at: number): Promise<void> {
    const stop = new AbortController();
    const own = running;
    own.set(at, stop);
    try {
      const got = await fetch(at * windowSize, windowSize, stop.signal);
      if (own !== running) return;
      const kept = fresh ? windows.value : new Map<number, readonly Item[]>();
      fresh = true;
      windows.value = new Map(kept).set(at, got.items);
      answer.value = got;
      waiting.value = false;
      error.value = null;
    } catch (thrown) {
      if (own !== running || isAbort(thrown)) return;
      error.value = thrown;
      waiting.value = false;
    } finally {
      own.delete(at);
    }
  }

  function want(first: number, last: number): void {
    wanted = { first, last };
    const from = Math.floor(Math.max(0, first) / windowSize);
    const to = Math.floor(Math.max(0, last) / windowSize);
    for (const [at, stop] of running) if (at < from || at > to) stop.abort();
    for (let at = from; at <= to; at += 1) {
      const known = (fresh && windows.value.has(at)) || running.has(at);
      const beyond = fresh && answer.value !== null && at * windowSize >= answer.value.total;
      if (!known && !(beyond && at > 0)) void load(at);
    }
  }

  return {
    total: computed(() => answer.value?.total ?? null),
    answer,
    waiting,
    error,
    item: (index) =>
      windows.value.get(Math.floor(index / windowSize))?.[index % windowSize] ?? null,
    want,
    restart() {
      for (const stop of running.values()) stop.abort();
      running = new Map();
      fresh = false;
      waiting.value = true;
      error.value = null;
      want(wanted.first, wanted.last);
    },
  };
}
