import { useRouter } from "vue-router";
import type { RunSummary } from "../../../shared/api/runs.ts";
import { call } from "../../api/client.ts";
import { useNotify } from "../../composables/notify.ts";
import { useJobs } from "../../stores/jobs.ts";
import { useRuns } from "../../stores/runs.ts";

/** What can be done to a run, wherever it is shown. */
export function useRunActions() {
  const runs = useRuns();
  const jobs = useJobs();
  const notify = useNotify();
  const router = useRouter();

  /** Scores the same predictions under the same rules against the labels as they are now. */
  async function evaluateAgain(run: RunSummary): Promise<void> {
    await notify.attempt(async () => {
      const { params } = await call("runs/get", { runId: run.id });
      const jobId = await runs.evaluate(run.predictionSetId, run.protocol, params);
      const job = await jobs.ended(jobId);
      const made = job.result?.["runId"];
      if (job.state === "done" && typeof made === "number") await router.push(`/runs/${made}`);
    });
  }

  function remove(run: RunSummary): void {
    notify.undoable(run.name, {
      hide: () => runs.hide(run.id),
      commit: () => call("runs/remove", { runId: run.id }),
      restore: () => runs.load(),
    });
  }

  async function rename(run: RunSummary, name: string): Promise<void> {
    await notify.attempt(async () => {
      await call("runs/rename", { runId: run.id, name });
      await runs.load();
    });
  }

  return { evaluateAgain, remove, rename };
}
