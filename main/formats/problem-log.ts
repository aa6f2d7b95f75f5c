import type { Problem } from "../../shared/domain/records.ts";

const LISTED_PER_CODE = 20;

export type NewProblem = Omit<Problem, "count">;

/**
 * Collects what is wrong with a user's files. Of each kind the first 20 are listed one by one; further ones are
 * counted in one closing line, so that a broken set of a million boxes stays readable.
 */
export class ProblemLog {
  readonly #byCode = new Map<string, { listed: Problem[]; more: number }>();
  readonly #onceByKey = new Map<string, { problem: NewProblem; count: number }>();

  /** One record with a problem. */
  add(problem: NewProblem): void {
    const group = this.#byCode.get(problem.code);
    if (group === undefined) {
      this.#byCode.set(problem.code, { listed: [{ ...problem, count: 1 }], more: 0 });
    } else if (group.listed.length < LISTED_PER_CODE) {
      group.listed.push({ ...problem, count: 1 });
    } else {
      group.more += 1;
    }
  }

  /** A trait of a whole file, such as a missing field: one line, with the number of records that have it. */
  addToFile(problem: NewProblem, count = 1): void {
    const key = `${problem.code}\n${problem.file}`;
    const known = this.#onceByKey.get(key);
    if (known === undefined) this.#onceByKey.set(key, { problem, count });
    else known.count += count;
  }

  /** Records with a problem, listed or only counted. */
  get total(): number {
    let total = 0;
    for (const { listed, more } of this.#byCode.values()) total += listed.length + more;
    for (const { count } of this.#onceByKey.values()) total += count;
    return total;
  }

  /** Errors first, then warnings, then notes; in the order met. */
  list(): readonly Problem[] {
    const all: Problem[] = [...this.#onceByKey.values()].map(({ problem, count }) => ({
      ...problem,
      count,
    }));
    for (const { listed, more } of this.#byCode.values()) {
      all.push(...listed);
      const last = listed.at(-1);
      if (more > 0 && last !== undefined) {
        all.push({
          ...last,
          record: null,
          message: `And ${more} more with the same problem.`,
          count: more,
        });
      }
    }
    const rank = { error: 0, warning: 1, info: 2 } as const;
    return all.sort((a, b) => rank[a.severity] - rank[b.severity]);
  }
}
