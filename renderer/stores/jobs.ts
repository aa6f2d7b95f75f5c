import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { JobRecord } from "../../shared/api/jobs.ts";
import { call } from "../api/client.ts";

/** Jobs, kept up to date by the event stream. */
export const useJobs = defineStore("jobs", () => {
  const byId = shallowRef<ReadonlyMap<number, JobRecord>>(new Map());
  const loaded = ref(false);
  const endListeners = new Set<(job: JobRecord) => void>();

  const list = computed(() => [...byId.value.values()].sort((a, b) => b.id - a.id));
  const running = computed(() => list.value.filter(isActive).reverse());

  async function load(): Promise<void> {
    const { jobs } = await call("jobs/list", {});
    const before = byId.value;
    byId.value = new Map(jobs.map((job) => [job.id, job]));
    loaded.value = true;
    // Ends that were missed while the stream was away.
    for (const job of jobs) {
      const known = before.get(job.id);
      if (known && isActive(known) && !isActive(job)) tellEnd(job);
    }
  }

  function apply(job: JobRecord): void {
    const before = byId.value.get(job.id);
    byId.value = new Map(byId.value).set(job.id, job);
    if (!isActive(job) && (before === undefined || isActive(before))) {
      tellEnd(job);
    }
  }

  function tellEnd(job: JobRecord): void {
    endListeners.forEach((listener) => listener(job));
  }

  async function cancel(jobId: number): Promise<void> {
    apply(await call("jobs/cancel", { jobId }));
  }

  /** Starts an interrupted or failed job again. */
  async function resume(jobId: number): Promise<void> {
    apply(await call("jobs/resume", { jobId }));
  }

  async function clear(): Promise<void> {
    await call("jobs/clear", {});
    await load();
  }

  /** Called when a job reaches its end, whatever the end. Returns the unsubscribe function. */
  function onEnd(listener: (job: JobRecord) => void): () => void {
    endListeners.add(listener);
    return () => endListeners.delete(listener);
  }

  /** The job once it has ended. */
  function ended(jobId: number): Promise<JobRecord> {
    const known = byId.value.get(jobId);
    if (known && !isActive(known)) return Promise.resolve(known);
    return new Promise((resolve) => {
      const stop = onEnd((job) => {
        if (job.id !== jobId) return;
        stop();
        resolve(job);
      });
    });
  }

  return { byId, list, running, loaded, load, apply, cancel, resume, clear, onEnd, ended };
});

export function isActive(job: JobRecord): boolean {
  return job.state === "queued" || job.state === "running";
}

/** 0..1, or null while the end is not known. */
export function shareDone(job: JobRecord): number | null {
  return job.total === null || job.total === 0 ? null : Math.min(1, job.step / job.total);
}
