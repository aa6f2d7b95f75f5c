import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { ModelRecord } from "../../shared/api/models.ts";
import { call } from "../api/client.ts";

/** The project's detectors. */
export const useModels = defineStore("models", () => {
  const list = shallowRef<readonly ModelRecord[]>([]);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);
  const byId = computed(() => new Map(list.value.map((model) => [model.id, model])));

  async function load(): Promise<void> {
    try {
      list.value = (await call("models/list", {})).models;
      loaded.value = true;
      error.value = null;
    } catch (thrown) {
      error.value = thrown;
      throw thrown;
    }
  }

  /** Takes it off the list at once; the caller removes it for good or puts it back with load(). */
  function hide(modelId: number): void {
    list.value = list.value.filter((model) => model.id !== modelId);
  }

  return { list, byId, loaded, error, load, hide };
});
