import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { TrainingState, TrainingSummary } from "../../shared/api/training.ts";
import { call } from "../api/client.ts";

/** The project's trainings, newest first, and word of their steps. */
export const useTrainings = defineStore("trainings", () => {
  const list = shallowRef<readonly TrainingSummary[]>([]);
  const loaded = ref(false);
  const error = shallowRef<unknown>(null);
  const byId = computed(() => new Map(list.value.map((training) => [training.id, training])));
  const listeners = new Set<(trainingId: number, step: number) => void>();

  async function load(): Promise<void> {
    try {
      list.value = (await call("training/list", {})).trainings;
      loaded.value = true;
      error.value = null;
    } catch (thrown) {
      error.value = thrown;
      throw thrown;
    }
  }

  /** The main side says that there is something new; pages that show it fetch it. */
  function tell(trainingId: number, step: number): void {
    listeners.forEach((listener) => listener(trainingId, step));
  }

  /** Called at new steps, validations and states. Returns the unsubscribe function. */
  function onNews(listener: (trainingId: number, step: number) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function apply(changed: TrainingSummary): void {
    list.value = list.value.map((training) => (training.id === changed.id ? changed : training));
  }

  /** Takes it off the list at once; the caller removes it for good or puts it back with load(). */
  function hide(trainingId: number): void {
    list.value = list.value.filter((training) => training.id !== trainingId);
  }

  return { list, byId, loaded, error, load, tell, onNews, apply, hide };
});

export function isLive(state: TrainingState): boolean {
  return state === "queued" || state === "running";
}
