import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { ImageCard } from "../../shared/api/images.ts";
import { call } from "../api/client.ts";
import type { asFilter, ImageSort } from "../composables/filter-address.ts";
import { windowedQuery, type WindowAnswer } from "../composables/windowed-query.ts";

export interface BrowseQuestion {
  readonly datasetId: number;
  /** Of the dataset: an edit asks anew. */
  readonly revision: number;
  readonly filter: ReturnType<typeof asFilter>;
  readonly sort: ImageSort;
}

const WINDOW = 120;

/** The images of the grid. Kept while another page is open, so that coming back shows them where they were. */
export const useBrowse = defineStore("browse", () => {
  const question = shallowRef<BrowseQuestion | null>(null);
  const key = ref("");
  /** Place of the image last looked at; -1 for none. */
  const current = ref(-1);

  const images = windowedQuery<ImageCard, WindowAnswer<ImageCard>>(
    WINDOW,
    async (offset, limit, signal) => {
      const asked = question.value;
      if (!asked) return { total: 0, items: [] };
      const { datasetId, filter, sort } = asked;
      return call("images/query", { datasetId, filter, sort, offset, limit }, { signal });
    },
  );

  /** Asks for other images, unless these are the ones already there. */
  function ask(next: BrowseQuestion): void {
    const nextKey = JSON.stringify(next);
    if (nextKey === key.value && !images.error.value) return;
    const sameList = key.value !== "" && question.value?.datasetId === next.datasetId;
    question.value = next;
    key.value = nextKey;
    if (!sameList) current.value = -1;
    images.restart();
  }

  return { question: computed(() => question.value), current, images, ask };
});
