import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import type { FailureCard, FailureGroup } from "../../shared/api/images.ts";
import { call } from "../api/client.ts";
import type { asFilter } from "../composables/filter-address.ts";
import { windowedQuery, type WindowAnswer } from "../composables/windowed-query.ts";

export interface FailuresQuestion {
  readonly filter: ReturnType<typeof asFilter>;
  /** Of the dataset: an edit asks anew. */
  readonly revision: number;
  readonly kinds: readonly FailureCard["kind"][];
  readonly reasons: readonly string[];
  /** Only where tiles met. */
  readonly atSeam: boolean;
}

interface FailuresAnswer extends WindowAnswer<FailureCard> {
  readonly groups: readonly FailureGroup[];
  readonly tiled?: boolean;
}

const WINDOW = 120;

/** The failures of the wall. Kept while another page is open, so that coming back shows them where they were. */
export const useFailures = defineStore("failures", () => {
  const question = shallowRef<FailuresQuestion | null>(null);
  let key = "";
  /** Place of the failure last looked at; -1 for none. */
  const current = ref(-1);

  const list = windowedQuery<FailureCard, FailuresAnswer>(WINDOW, async (offset, limit, signal) => {
    const asked = question.value;
    if (!asked) return { total: 0, items: [], groups: [] };
    return call(
      "failures/query",
      {
        filter: asked.filter,
        kinds: [...asked.kinds],
        reasons: [...asked.reasons],
        ...(asked.atSeam ? { atSeam: true } : {}),
        sort: "group",
        offset,
        limit,
      },
      { signal },
    );
  });

  /** Asks for other failures, unless these are the ones already there. */
  function ask(next: FailuresQuestion): void {
    const nextKey = JSON.stringify(next);
    if (nextKey === key && !list.error.value) return;
    if (key !== "") current.value = -1;
    question.value = next;
    key = nextKey;
    list.restart();
  }

  return { current, list, ask };
});
