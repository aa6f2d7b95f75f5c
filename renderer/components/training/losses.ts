import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import type { LossCurve } from "../../../shared/api/training.ts";
import { call, isAbort } from "../../api/client.ts";
import { useThrottled } from "../../composables/throttle.ts";
import { useTrainings } from "../../stores/training.ts";

/** The losses of trainings by id, in one call; those that go on are read again about once a second. */
export function useLosses(
  ids: () => readonly number[],
  thinning: { readonly points: number; readonly extremes: boolean },
): {
  readonly losses: Readonly<ShallowRef<ReadonlyMap<number, LossCurve>>>;
  readonly error: Readonly<ShallowRef<unknown>>;
} {
  const trainings = useTrainings();
  const losses = shallowRef<ReadonlyMap<number, LossCurve>>(new Map());
  const error = shallowRef<unknown>(null);
  const stale = new Set<number>();
  const gone = new AbortController();

  const refresh = useThrottled(async () => {
    const trainingIds = [...stale].filter((id) => ids().includes(id));
    stale.clear();
    if (trainingIds.length === 0) return;
    try {
      const input = { trainingIds, ...thinning };
      const found = await call("training/losses", input, { signal: gone.signal });
      const kept = [...losses.value].filter(([id]) => ids().includes(id));
      losses.value = new Map([
        ...kept,
        ...found.losses.map((one) => [one.trainingId, one] as const),
      ]);
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
    () => ask(ids().filter((id) => !losses.value.has(id))),
    { immediate: true },
  );
  onScopeDispose(trainings.onNews((id) => ids().includes(id) && ask([id])));
  // What the stream missed while it was away.
  watch(
    () => trainings.list,
    (list) =>
      ask(
        list
          .filter(({ id, step }) => ids().includes(id) && losses.value.get(id)?.lastStep !== step)
          .map(({ id }) => id),
      ),
  );
  onScopeDispose(() => gone.abort());
  return { losses, error };
}
