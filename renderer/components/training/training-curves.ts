import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import type { TrainingCurves } from "../../../shared/api/training.ts";
import { call, isAbort } from "../../api/client.ts";
import { useThrottled } from "../../composables/throttle.ts";
import { useTrainings } from "../../stores/training.ts";
import { joinCurves } from "./curves.ts";

/** Rows asked for; kept are at most twice as many before all are fetched anew, thinned out. */
const POINTS = 1000;

/** Fetches what is new behind `known`, or all where that cannot be continued. */
export async function fetchCurves(
  trainingId: number,
  known: TrainingCurves | null,
  points = POINTS,
  signal?: AbortSignal,
): Promise<TrainingCurves> {
  const options = signal ? { signal } : {};
  const after = known?.step.at(-1) ?? 0;
  const more = await call("training/curves", { trainingId, after, points }, options);
  if (known === null || after === 0) return more;
  // A resumed training goes on from its checkpoint: what it did after that was undone.
  const wasUndone = more.lastStep < after;
  if (!wasUndone && known.step.length + more.step.length <= 2 * points) {
    return joinCurves(known, more);
  }
  return call("training/curves", { trainingId, after: 0, points }, options);
}

/** The curves of trainings by id, kept up to date about once a second while they run. */
export function useTrainingCurves(
  ids: () => readonly number[],
  points = POINTS,
): {
  readonly curves: Readonly<ShallowRef<ReadonlyMap<number, TrainingCurves>>>;
  readonly error: Readonly<ShallowRef<unknown>>;
  /** Forgets what was fetched: steps before may have been undone. */
  renew(): void;
} {
  const trainings = useTrainings();
  const curves = shallowRef<ReadonlyMap<number, TrainingCurves>>(new Map());
  const error = shallowRef<unknown>(null);
  const stale = new Set<number>();
  const gone = new AbortController();

  const refresh = useThrottled(async () => {
    const wanted = [...stale].filter((id) => ids().includes(id));
    stale.clear();
    try {
      const fetched = await Promise.all(
        wanted.map((id) => fetchCurves(id, curves.value.get(id) ?? null, points, gone.signal)),
      );
      const kept = [...curves.value].filter(([id]) => ids().includes(id));
      curves.value = new Map([...kept, ...fetched.map((one) => [one.trainingId, one] as const)]);
      error.value = null;
    } catch (thrown) {
      if (!isAbort(thrown)) error.value = thrown;
    }
  });

  function ask(wanted: readonly number[]): void {
    for (const id of wanted) stale.add(id);
    if (wanted.length > 0) refresh();
  }

  watch(
    () => ids().join(),
    () => ask(ids().filter((id) => !curves.value.has(id))),
    { immediate: true },
  );
  const stop = trainings.onNews((id) => ids().includes(id) && ask([id]));
  onScopeDispose(() => {
    stop();
    gone.abort();
  });

  function renew(): void {
    curves.value = new Map();
    ask(ids());
  }
  return { curves, error, renew };
}
