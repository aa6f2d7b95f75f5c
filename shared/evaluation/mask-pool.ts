import { NO_CANDIDATE, type Matches } from "./matches.ts";

/** Matches whose columns can be exchanged for larger ones. */
export type ChangingMatches = { -readonly [Key in keyof Matches]: Matches[Key] };

/** Hands out rows of `hits` and `ignored` to predictions that have candidates, and takes them back. */
export class MaskPool {
  readonly #matches: ChangingMatches;
  readonly #free: number[] = [];
  #used: number;

  constructor(matches: ChangingMatches) {
    this.#matches = matches;
    this.#used = matches.hits.length / matches.params.areaRanges.length;
    matches.candidate = matches.candidate.slice();
    this.#grow();
  }

  /** The row of the prediction at `position`, NO_CANDIDATE where it needs none. */
  place(position: number, isNeeded: boolean): number {
    const { candidate } = this.#matches;
    const held = candidate[position]!;
    if (isNeeded && held === NO_CANDIDATE) candidate[position] = this.#free.pop() ?? this.#next();
    if (!isNeeded && held !== NO_CANDIDATE) {
      this.#free.push(held);
      candidate[position] = NO_CANDIDATE;
    }
    return candidate[position]!;
  }

  #next(): number {
    const row = this.#used++;
    if (this.#used * this.#matches.params.areaRanges.length > this.#matches.hits.length)
      this.#grow();
    return row;
  }

  #grow(): void {
    const { hits, ignored, params } = this.#matches;
    const size = (this.#used + (this.#used >> 1) + 64) * params.areaRanges.length;
    this.#matches.hits = new Uint16Array(size);
    this.#matches.hits.set(hits);
    this.#matches.ignored = new Uint16Array(size);
    this.#matches.ignored.set(ignored);
  }
}
