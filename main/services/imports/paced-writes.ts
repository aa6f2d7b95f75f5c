import type { Db } from "../../db/open.ts";

const LONGEST_MS = 8;
const PAUSE_MS = 4;

/**
 * Groups writes into short transactions with a pause after each. SQLite has no queue: a connection that waits looks
 * now and then whether the database is free, so without pauses an edit made meanwhile would starve.
 * `end` must be called; `abandon` rolls back what is open.
 */
export class PacedWrites {
  readonly #db: Db;
  readonly #never = new Int32Array(new SharedArrayBuffer(4));
  #since = 0;

  constructor(db: Db) {
    this.#db = db;
  }

  write<Result>(statement: () => Result): Result {
    if (!this.#db.inTransaction) {
      this.#db.exec("BEGIN IMMEDIATE");
      this.#since = performance.now();
    }
    const result = statement();
    if (performance.now() - this.#since > LONGEST_MS) {
      this.end();
      Atomics.wait(this.#never, 0, 0, PAUSE_MS);
    }
    return result;
  }

  end(): void {
    if (this.#db.inTransaction) this.#db.exec("COMMIT");
  }

  abandon(): void {
    if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
  }
}
