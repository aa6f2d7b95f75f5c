import { computed, shallowRef, watch, type Ref } from "vue";
import type { AreaRange } from "../../shared/domain/protocols.ts";
import { call } from "../api/client.ts";
import { bucketColours, isWhole, partsOf } from "../theme/bucket-colour.ts";
import { useTheme } from "../theme/use-theme.ts";

const known = new Map<number, readonly AreaRange[]>();

/** The size buckets of a run, smallest first, with their colours; empty without a run. */
export function useRunBuckets(runId: Readonly<Ref<number | null>>) {
  const ranges = shallowRef<readonly AreaRange[]>([]);
  const { tokens } = useTheme();

  watch(
    runId,
    async (id) => {
      if (id === null) {
        ranges.value = [];
        return;
      }
      const asked = known.get(id) ?? (await call("runs/get", { runId: id })).params.areaRanges;
      known.set(id, asked);
      if (runId.value === id) ranges.value = asked;
    },
    { immediate: true },
  );

  /** Those that no other one lies in: an object belongs to one of them. */
  const buckets = computed(() => {
    const parts = ranges.value.filter((range) => !isWhole(range, ranges.value));
    return parts.toSorted((a, b) => a.high - b.high);
  });
  const colours = computed(() => bucketColours(ranges.value, tokens.value));
  const order = computed(() => new Map(buckets.value.map((range, at) => [range.label, at])));
  const parts = (labels: readonly string[]) => partsOf(labels, ranges.value);
  return { buckets, colours, order, parts };
}
