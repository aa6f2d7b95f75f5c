import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { EvaluationParams, ProtocolId } from "../../shared/domain/protocols.ts";
import type { RunSummary } from "../../shared/api/runs.ts";
import { call } from "../api/client.ts";

/** Every run of the project, newest first. */
export const useRuns = defineStore("runs", () => {
  const list = shallowRef<readonly RunSummary[]>([]);
  const loaded = ref(false);
  /** The run last looked at; the address wins over it. */
  const lastId = ref<number | null>(null);
  const byId = computed(() => new Map(list.value.map((run) => [run.id, run])));

  async function load(): Promise<void> {
    list.value = (await call("runs/list", {})).runs;
    loaded.value = true;
  }

  /** Starts the job; params are needed only where they differ from the protocol's own. */
  async function evaluate(
    predictionSetId: number,
    protocol: ProtocolId,
    params: EvaluationParams | null,
  ): Promise<number> {
    const { jobId } = await call("runs/evaluate", {
      predictionSetId,
      protocol,
      ...(params ? { params: writable(params) } : {}),
    });
    return jobId;
  }

  /** Takes it off the list at once; the caller removes it for good or puts it back with load(). */
  function hide(runId: number): void {
    list.value = list.value.filter((run) => run.id !== runId);
  }

  return { list, byId, loaded, lastId, load, evaluate, hide };
});

/** The contract's input type has arrays that may be written; ours may not. */
function writable({ protocol, areaRanges, maxDets }: EvaluationParams) {
  return {
    protocol,
    areaRanges: areaRanges.map((range) => ({ ...range })),
    maxDets: [...maxDets],
  };
}
