import type { JobRecord } from "../../shared/api/jobs.ts";
import type { App } from "../app.ts";

/** Shows a job's progress on stderr until it ended; Ctrl-C cancels it. */
export async function followJob(app: App, jobId: number): Promise<JobRecord> {
  const { jobs } = app.workspace.project;
  const isTerminal = process.stderr.isTTY;
  let lastPhase = "";
  const stopListening = app.events.subscribe((event) => {
    if (event.type !== "job" || event.job.id !== jobId || event.job.state !== "running") return;
    if (isTerminal) process.stderr.write(`\r\u001b[K${progressLine(event.job)}`);
    else if (event.job.phase !== lastPhase) process.stderr.write(`${event.job.phase}\n`);
    lastPhase = event.job.phase;
  });
  const cancel = () => void jobs.cancel(jobId);
  process.once("SIGINT", cancel);
  try {
    return await jobs.ended(jobId);
  } finally {
    process.off("SIGINT", cancel);
    stopListening();
    if (isTerminal) process.stderr.write("\r\u001b[K");
  }
}

function progressLine({ phase, step, total, unit, rate, secondsLeft }: JobRecord): string {
  const parts = [phase];
  if (total !== null && total > 0) parts.push(`${Math.floor((100 * step) / total)} %`);
  if (unit !== "") parts.push(total === null ? `${step} ${unit}` : `${step} of ${total} ${unit}`);
  if (rate !== null && rate > 0) parts.push(`${Math.round(rate)}/s`);
  if (secondsLeft !== null) parts.push(`${Math.ceil(secondsLeft)} s left`);
  return parts.join("  ");
}
