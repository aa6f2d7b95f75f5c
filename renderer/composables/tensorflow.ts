import { computed, watch, type ComputedRef, type ShallowRef } from "vue";
import type { TensorflowState } from "../../shared/api/models.ts";
import { call } from "../api/client.ts";
import { useJobs } from "../stores/jobs.ts";
import { useLoad } from "./load.ts";

export interface Tensorflow {
  /** null until it is known, or where it is not needed. */
  readonly value: Readonly<ShallowRef<TensorflowState | null>>;
  /** It is being found out, for the first time. */
  readonly checking: ComputedRef<boolean>;
  /** Known to be there, or known to be asked for in vain: what is started then is told of by the page. */
  readonly mayStart: ComputedRef<boolean>;
  reload(): Promise<void>;
}

/** Whether TensorFlow can do what is about to be started; looked at again when an installation of it ends. */
export function useTensorflow(needed: () => boolean = () => true): Tensorflow {
  const jobs = useJobs();
  const { value, error, reload } = useLoad(
    () => (needed() ? "tensorflow" : null),
    (_key, signal) => call("models/tensorflow", {}, { signal }),
  );
  const checking = computed(() => needed() && value.value === null && error.value === null);
  const mayStart = computed(() => !checking.value && value.value?.state !== "missing");
  watch(
    () => jobs.running.some(({ kind }) => kind === "install-tensorflow"),
    (isInstalling) => {
      if (!isInstalling) void reload();
    },
  );
  return { value, checking, mayStart, reload };
}
