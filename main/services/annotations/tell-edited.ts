import type { Events } from "../events.ts";

/** The heavy event makes every list of labels load again, so it comes after a burst of edits, not with each. */
const QUIET_MS = 1000;

const waiting = new WeakSet<Events>();

export interface EditedImageEvent {
  readonly imageId: number;
  readonly datasetId: number;
  readonly revision: number;
  /** The word of the window that made the edit. */
  readonly origin: string;
}

/** Says at once which image has other labels, and within a second that labels changed at all. */
export function tellEdited(events: Events, edited: EditedImageEvent): void {
  events.emit({ type: "edited", ...edited });
  tellLabelsChanged(events);
}

/** Says that labels, review states or named revisions changed: at most once a second, and always after the last. */
export function tellLabelsChanged(events: Events): void {
  if (waiting.has(events)) return;
  waiting.add(events);
  setTimeout(() => {
    waiting.delete(events);
    events.emit({ type: "changed", noun: "annotations" });
  }, QUIET_MS).unref();
}
