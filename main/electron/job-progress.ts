import type { BrowserWindow } from "electron";
import type { JobRecord, PushEvent } from "../../shared/api/jobs.ts";
import { Notification } from "./electron.ts";

const NONE = -1;
/** Any value above 1 shows a bar that only says "busy". */
const BUSY = 2;

/** Shows running jobs in the task bar, and says when one ends while the user is elsewhere. */
export function jobProgress(currentWindow: () => BrowserWindow | null): (event: PushEvent) => void {
  const running = new Map<number, JobRecord>();
  return (event) => {
    if (event.type !== "job") return;
    const { job } = event;
    const wasRunning = running.has(job.id);
    if (job.state === "running") running.set(job.id, job);
    else running.delete(job.id);
    const window = currentWindow();
    if (!window || window.isDestroyed()) return;
    window.setProgressBar(fractionOf([...running.values()]));
    if (wasRunning && !window.isFocused()) announce(job, window);
  };
}

/** Mean share done of all running jobs, 0..1. */
function fractionOf(jobs: readonly JobRecord[]): number {
  if (jobs.length === 0) return NONE;
  let sum = 0;
  for (const { step, total } of jobs) {
    if (total === null || total === 0) return BUSY;
    sum += Math.min(1, step / total);
  }
  return sum / jobs.length;
}

function announce(job: JobRecord, window: BrowserWindow): void {
  if (job.state !== "done" && job.state !== "failed") return;
  if (!Notification.isSupported()) return;
  const notification = new Notification({
    title: job.state === "done" ? `${job.title}: done` : `${job.title}: failed`,
    body: job.error?.message ?? "",
  });
  notification.on("click", () => window.show());
  notification.show();
}
