import type { PushEvent } from "../../shared/api/jobs.ts";

export type EventListener = (event: PushEvent) => void;

export interface EventStream {
  /** Returns the function that ends the subscription. */
  onEvent(listener: EventListener): () => void;
  /** Called each time the stream is (again) open: what was missed must be read again. */
  onOpen(listener: () => void): () => void;
  /** Called with false when the stream breaks, with true when it is back. */
  onState(listener: (connected: boolean) => void): () => void;
  close(): void;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 10_000;

/** Opens GET /api/events and keeps it open: EventSource gives up on HTTP errors, this does not. */
export function openEvents(path = "/api/events"): EventStream {
  const listeners = new Set<EventListener>();
  const openListeners = new Set<() => void>();
  const stateListeners = new Set<(connected: boolean) => void>();
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let delay = FIRST_DELAY;
  let closed = false;

  function connect(): void {
    source = new EventSource(path);
    source.onopen = () => {
      delay = FIRST_DELAY;
      stateListeners.forEach((listener) => listener(true));
      openListeners.forEach((listener) => listener());
    };
    source.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as PushEvent;
      listeners.forEach((listener) => listener(event));
    };
    source.onerror = () => {
      stateListeners.forEach((listener) => listener(false));
      if (closed || source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, LONGEST_DELAY);
    };
  }

  connect();
  return {
    onEvent: (listener) => subscribe(listeners, listener),
    onOpen: (listener) => subscribe(openListeners, listener),
    onState: (listener) => subscribe(stateListeners, listener),
    close() {
      closed = true;
      if (timer) clearTimeout(timer);
      source?.close();
    },
  };
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => set.delete(listener);
}
