import type { Db } from "../../db/open.ts";
import { jobQueries } from "../../db/queries/jobs.ts";

/** Clears up after a crash: jobs that ran are marked interrupted. */
export function removeLeftovers(db: Db): void {
  jobQueries(db).interruptLeftovers(Date.now());
}
