import type { PushEvent } from "../../shared/api/jobs.ts";

/** Tells everyone who listens what changed: the pages on their event streams, the Electron shell, the command line. */
export class Events {
  readonly #listeners = new Set<(event: PushEvent) => void>();

  emit(event: PushEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Returns the call that stops listening. */
  subscribe(listener: (event: PushEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
