import { computed, type Ref } from "vue";
import type { DatasetSummary } from "../../shared/api/datasets.ts";

/** Names of a dataset's classes by id. */
export function useClassNames(dataset: Readonly<Ref<DatasetSummary | null>>) {
  const names = computed(
    () => new Map(dataset.value?.categories.map(({ id, name }) => [id, name]) ?? []),
  );
  const nameOf = (categoryId: number) => names.value.get(categoryId) ?? `#${categoryId}`;
  return { names, nameOf };
}
