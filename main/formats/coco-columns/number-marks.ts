/** More numbers than any record has that is worth a pattern. */
const MOST = 32;

/** Where the numbers of a record stand in the bytes. */
export class NumberMarks {
  /** [count] */
  readonly slot = new Uint8Array(MOST);
  readonly start = new Int32Array(MOST);
  /** One past the last byte. */
  readonly end = new Int32Array(MOST);
  count = 0;
  /** False where a value that is no number, or too many of them, filled a slot. */
  areComplete = true;

  clear(): void {
    this.count = 0;
    this.areComplete = true;
  }

  add(slot: number, start: number, end: number): void {
    if (this.count === MOST) {
      this.areComplete = false;
      return;
    }
    this.slot[this.count] = slot;
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.count++;
  }
}
