import type { JobRecord } from "../../../shared/api/jobs.ts";

/** Where to look at what a job made; null where there is nothing. */
export function resultLink(job: JobRecord): string | null {
  const { runId, datasetId } = job.result ?? {};
  if (typeof runId === "number") return `/runs/${runId}`;
  if (typeof datasetId === "number") return `/data?dataset=${datasetId}`;
  return null;
}
