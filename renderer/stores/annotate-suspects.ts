import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { Suspect, SuspectAction, SuspectKind } from "../../shared/api/suspects.ts";
import { call, type ApiError } from "../api/client.ts";
import { useAnnotate } from "./annotate.ts";

export interface SuspectQuestion {
  readonly datasetId: number;
  readonly runIds: readonly number[];
  readonly kinds: readonly SuspectKind[];
  readonly score: number;
}

/** A decision that can be taken back: an edit by undoing it, a rejection by withdrawing it. */
interface Decision {
  readonly suspect: Suspect;
  readonly rejectionId: number | null;
  readonly editId: number | null;
  /** Edits made by hand before it: with more of them, Undo is about those. */
  readonly depth: number;
}

const WINDOW = 200;

/** The queue of suspects, and what was decided in it; kept while one goes elsewhere. */
export const useAnnotateSuspects = defineStore("annotate-suspects", () => {
  const annotate = useAnnotate();
  const question = shallowRef<SuspectQuestion | null>(null);
  const items = shallowRef<readonly Suspect[]>([]);
  const total = ref<number | null>(null);
  const counts = shallowRef<Readonly<Record<SuspectKind, number>> | null>(null);
  const at = ref(0);
  const error = shallowRef<unknown>(null);
  const waiting = ref(false);
  const decisions = shallowRef<readonly Decision[]>([]);
  let key = "";
  let busy = false;

  const current = computed(() => items.value[at.value] ?? null);

  async function ask(next: SuspectQuestion): Promise<void> {
    const nextKey = JSON.stringify(next);
    if (nextKey === key && !error.value) return;
    key = nextKey;
    question.value = next;
    at.value = 0;
    await load();
  }

  /** Reads the queue anew; the suspect that is looked at stays, where it is still one. */
  async function load(): Promise<void> {
    const asked = question.value;
    const askedKey = key;
    if (!asked) return;
    waiting.value = true;
    try {
      const got = await call("suspects/query", {
        datasetId: asked.datasetId,
        runIds: [...asked.runIds],
        kinds: [...asked.kinds],
        score: asked.score,
        limit: WINDOW,
      });
      if (askedKey !== key) return;
      const looked = current.value?.key;
      items.value = got.items;
      total.value = got.total;
      counts.value = got.counts;
      const place = got.items.findIndex((one) => one.key === looked);
      at.value = place >= 0 ? place : Math.min(at.value, Math.max(0, got.items.length - 1));
      error.value = null;
    } catch (thrown) {
      if (askedKey === key) error.value = thrown;
    }
    waiting.value = false;
  }

  function go(by: number): void {
    at.value = Math.max(0, Math.min(items.value.length - 1, at.value + by));
  }

  /** Solves the current suspect and goes to the next. Throws what the main side says, the queue as it was. */
  async function solve(action: SuspectAction): Promise<void> {
    const asked = question.value;
    const suspect = current.value;
    if (!asked || !suspect || busy) return;
    busy = true;
    const before = { items: items.value, at: at.value };
    takeOff(suspect);
    try {
      const depth = annotate.depth();
      const { edit, rejectionId } = await annotate.order(suspect.imageId, (origin) =>
        call("suspects/resolve", {
          datasetId: asked.datasetId,
          runIds: [...asked.runIds],
          score: asked.score,
          imageId: suspect.imageId,
          key: suspect.key,
          action,
          origin,
        }),
      );
      const editId = edit?.undo?.editId ?? null;
      decisions.value = [...decisions.value, { suspect, rejectionId, editId, depth }];
      if (items.value.length === 0 && (total.value ?? 0) > 0) void load();
    } catch (thrown) {
      // One that is gone stays off the list; whatever else went wrong, it is still there to be solved.
      if ((thrown as ApiError).code !== "suspect/gone") {
        items.value = before.items;
        at.value = before.at;
      }
      void load();
      throw thrown;
    } finally {
      busy = false;
    }
  }

  function takeOff(suspect: Suspect): void {
    items.value = items.value.filter((one) => one !== suspect);
    at.value = Math.min(at.value, Math.max(0, items.value.length - 1));
    total.value = Math.max(0, (total.value ?? 1) - 1);
    const all = counts.value;
    if (all) counts.value = { ...all, [suspect.kind]: Math.max(0, all[suspect.kind] - 1) };
  }

  /**
   * Takes the last decision back and returns to its suspect. Returns false where something else was done since, or
   * nothing was decided.
   */
  async function takeBack(): Promise<boolean> {
    const last = decisions.value.at(-1);
    if (busy) return true;
    if (!last || last.depth !== annotate.depth()) return false;
    busy = true;
    try {
      if (!(await withdraw(last))) return false;
      decisions.value = decisions.value.slice(0, -1);
      const { key: lastKey } = last.suspect;
      items.value = [last.suspect, ...items.value.filter((one) => one.key !== lastKey)];
      at.value = 0;
      await load();
    } finally {
      busy = false;
    }
    return true;
  }

  async function withdraw({ suspect, rejectionId, editId }: Decision): Promise<boolean> {
    const { imageId } = suspect;
    if (rejectionId !== null) {
      await call("suspects/unreject", { rejectionId });
      return true;
    }
    const { undo } = await call("annotations/get", { imageId });
    if (undo?.editId !== editId) return false;
    await annotate.order(imageId, async (origin) => ({
      edit: await call("annotations/undo", { imageId, origin }),
    }));
    return true;
  }

  return {
    items,
    total,
    counts,
    at,
    current,
    error,
    waiting,
    decisions,
    ask,
    load,
    go,
    solve,
    takeBack,
    lookAt: (place: number) => (at.value = place),
  };
});
