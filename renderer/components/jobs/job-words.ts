import type { JobRecord } from "../../../shared/api/jobs.ts";
import { formatCount, formatSeconds } from "../../text/format.ts";
import { t } from "../../text/t.ts";

/** The end of a job in a sentence; null where there is nothing to tell. */
export function describeEnd(job: JobRecord): string | null {
  if (job.state === "done") return t("jobs.done", { title: job.title });
  if (job.state === "failed") {
    return t("jobs.failed", { title: job.title, reason: job.error?.message ?? "" });
  }
  return null;
}

/** `12,300 of 25,000 images · 4,100 a second · 3 s left`, as far as it is known. */
export function describeProgress(job: JobRecord): string {
  const parts: string[] = [];
  if (job.total !== null && job.total > 0) {
    parts.push(
      t("jobs.stepOf", {
        step: amount(job.step, job.unit),
        total: amount(job.total, job.unit),
        unit: unitOf(job),
      }),
    );
  } else if (job.step > 0) {
    parts.push(`${amount(job.step, job.unit)} ${unitOf(job)}`);
  }
  if (job.rate !== null && job.rate > 0) {
    parts.push(t("jobs.rate", { rate: amount(Math.round(job.rate), job.unit), unit: unitOf(job) }));
  }
  if (job.secondsLeft !== null)
    parts.push(t("jobs.left", { time: formatSeconds(job.secondsLeft) }));
  return parts.join(" · ");
}

function amount(value: number, unit: string): string {
  return unit === "bytes" ? (value / 1e6).toFixed(1) : formatCount(value);
}

function unitOf(job: JobRecord): string {
  return job.unit === "bytes" ? "MB" : job.unit;
}
