import type { Db } from "../../db/open.ts";

const LONGEST_MS = 20;
const ROWS_BETWEEN_LOOKS = 64;

/**
 * Groups writes into transactions of about 20 ms: long enough to be fast, short enough that an edit made meanwhile
 * through another connection does not wait. `end` must be called; `abandon` rolls back what is open.
 */
export class PacedWrites {
  readonly #db: Db;
  #rows = 0;
  #since = 0;

  constructor(db: Db) {
    this.#db = db;
  }

  write<Result>(statement: () => Result): Result {
    if (!this.#db.inTransaction) {
      this.#db.exec("BEGIN IMMEDIATE");
      this.#since = performance.now();
      this.#rows = 0;
    }
    const result = statement();
    this.#rows += 1;
    if (this.#rows % ROWS_BETWEEN_LOOKS === 0 && performance.now() - this.#since > LONGEST_MS) {
      this.end();
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
