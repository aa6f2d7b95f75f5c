import type { JobRecord } from "../../../shared/api/jobs.ts";

/** Where to look at what a job made; null where there is nothing. */
export function resultLink(job: JobRecord): string | null {
  const { runId, runIds, datasetId, trainingId } = job.result ?? {};
  if (typeof trainingId === "number") return `/train/${trainingId}`;
  const first: unknown = Array.isArray(runIds) ? runIds[0] : runId;
  if (typeof first === "number") return `/runs/${first}`;
  if (typeof datasetId === "number") return `/data?dataset=${datasetId}`;
  return null;
}
