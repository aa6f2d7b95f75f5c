import { setImmediate } from "node:timers/promises";
import type { StoredLabel } from "../../db/queries/annotations.ts";
import type { LabelChange } from "../../db/queries/edits.ts";
import type { LoggedChanges, LogPlace, RevisionQueries } from "../../db/queries/revisions.ts";
import { sameLabel } from "../annotations/write-changes.ts";

/** Few: one edit may hold ten thousand annotations. */
const EDITS_AT_ONCE = 20;

interface Ends {
  readonly before: StoredLabel | null;
  after: StoredLabel | null;
}

/** What edits did to each annotation in sum: how it was before the first of them, and how after the last. */
export class NetChanges {
  readonly #images = new Map<number, Map<number, Ends>>();
  #place: LogPlace;

  /** Nothing yet, from this revision on. */
  constructor(from: number) {
    this.#place = { revision: from, id: Number.MAX_SAFE_INTEGER };
  }

  /** Adds the edits up to and including this revision; other work gets in between. */
  async readTo(queries: RevisionQueries, datasetId: number, to: number): Promise<void> {
    while (this.#readSome(queries, datasetId, to)) await setImmediate();
  }

  /** The same at once, for the few edits that came meanwhile. */
  readRest(queries: RevisionQueries, datasetId: number, to: number): void {
    while (this.#readSome(queries, datasetId, to));
  }

  /** Adds edits, oldest first. */
  add(entries: readonly LoggedChanges[]): void {
    for (const { imageId, changes } of entries) {
      const image = this.#images.get(imageId) ?? new Map<number, Ends>();
      this.#images.set(imageId, image);
      for (const { id, before, after } of changes) {
        const ends = image.get(id);
        if (ends) ends.after = after;
        else image.set(id, { before, after });
      }
    }
  }

  /** By image, the annotations that did not end as they began, in file order. */
  *byImage(): Generator<readonly [imageId: number, changes: readonly LabelChange[]]> {
    for (const [imageId, annotations] of this.#images) {
      const changes = [...annotations]
        .filter(([, { before, after }]) => !sameLabel(before, after))
        .map(([id, { before, after }]): LabelChange => ({ id, before, after }))
        .sort((a, b) => a.id - b.id);
      if (changes.length > 0) yield [imageId, changes];
    }
  }

  #readSome(queries: RevisionQueries, datasetId: number, to: number): boolean {
    const entries = queries.changes(datasetId, this.#place, to, EDITS_AT_ONCE);
    this.add(entries);
    this.#place = entries.at(-1) ?? this.#place;
    return entries.length === EDITS_AT_ONCE;
  }
}
