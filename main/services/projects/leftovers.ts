import type { Db } from "../../db/open.ts";
import { jobQueries } from "../../db/queries/jobs.ts";
import { purgeUnready } from "../imports/purge.ts";

/** Clears up after a crash: jobs that ran are marked interrupted, and what imports have left goes, in the background. */
export async function removeLeftovers(db: Db): Promise<void> {
  jobQueries(db).interruptLeftovers(Date.now());
  await purgeUnready(db);
}
