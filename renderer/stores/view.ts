import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import { call } from "../api/client.ts";
import type { BrowseQuestion } from "./browse.ts";

/** What the image view keeps from one image to the next. */
export const useView = defineStore("view", () => {
  const showTruth = ref(true);
  const showPredictions = ref(true);
  /** Verdict codes to which list and picture are narrowed; empty for all. */
  const verdicts = ref<readonly number[]>([]);

  /** Image ids in the order of the grid, and those of them that have a failure. */
  const sequence = shallowRef<readonly number[]>([]);
  const failing = shallowRef<ReadonlySet<number>>(new Set());
  let sequenceKey = "";
  let failingKey = "";

  async function loadSequence({ datasetId, filter, sort, revision }: BrowseQuestion) {
    const key = JSON.stringify([datasetId, revision, filter, sort]);
    if (key === sequenceKey) return;
    sequenceKey = key;
    const { imageIds } = await call("images/sequence", { datasetId, filter, sort });
    if (key === sequenceKey) sequence.value = imageIds;
  }

  /** Only asked for when someone goes to the next failure. */
  async function loadFailing({ datasetId, filter, sort, revision }: BrowseQuestion) {
    const wanted = filter.verdicts.filter((one) => one === "miss" || one === "false-alarm");
    const verdicts = wanted.length > 0 ? wanted : (["miss", "false-alarm"] as const);
    const failures = { ...filter, verdicts: [...verdicts] };
    const key = JSON.stringify([datasetId, revision, failures]);
    if (key === failingKey) return;
    const { imageIds } = await call("images/sequence", { datasetId, filter: failures, sort });
    failingKey = key;
    failing.value = new Set(imageIds);
  }

  return { showTruth, showPredictions, verdicts, sequence, failing, loadSequence, loadFailing };
});
