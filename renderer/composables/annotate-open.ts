import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { DatasetSummary } from "../../shared/api/datasets.ts";
import { useAnnotate } from "../stores/annotate.ts";
import { useAnnotateScore } from "../stores/annotate-score.ts";
import { useAnnotateTools } from "../stores/annotate-tools.ts";
import { useProject } from "../stores/project.ts";
import { useRuns } from "../stores/runs.ts";
import { patchAddress, textOf } from "./address.ts";
import type { asFilter, ImageSort } from "./filter-address.ts";
import { useRemembered } from "./remembered.ts";

/** The address follows the selection when it rests, milliseconds: browsers stop pages that change it too often. */
const REST = 250;

/** Ties the stores of the editor to the page: which image is open, which classes there are, which run is scored. */
export function useAnnotateOpen(given: {
  readonly dataset: Readonly<Ref<DatasetSummary | null>>;
  readonly filter: Readonly<Ref<ReturnType<typeof asFilter>>>;
  readonly runId: Readonly<Ref<number | null>>;
  readonly sort: () => ImageSort;
}) {
  const { dataset, filter, runId, sort } = given;
  const route = useRoute();
  const router = useRouter();
  const store = useAnnotate();
  const tools = useAnnotateTools();
  const score = useAnnotateScore();
  const runs = useRuns();
  const project = useProject();

  const imageId = ref<number | null>(null);
  watch(
    () => route.params["imageId"],
    (id) => {
      if (route.name === "annotate-image") imageId.value = Number(id);
    },
    { immediate: true },
  );
  const question = computed(() =>
    dataset.value && runs.loaded
      ? { datasetId: dataset.value.id, filter: filter.value, sort: sort() }
      : null,
  );

  watch(
    imageId,
    (id) => {
      if (id !== null) void store.open(id);
    },
    { immediate: true },
  );
  watch(
    () => store.image?.id === imageId.value && store.datasetId,
    (id) => {
      if (typeof id !== "number" || imageId.value === null) return;
      useRemembered(`annotate.image.${id}`, 0).value = imageId.value;
      // An address without a dataset, or with another one: the image says which it is.
      if (dataset.value && dataset.value.id !== id) patchAddress(router, { dataset: String(id) });
    },
    { immediate: true },
  );
  watch(
    () => dataset.value?.categories,
    (categories) => {
      tools.categories = categories ?? [];
      if (!tools.category) tools.chooseClass(categories?.[0]?.name ?? "");
    },
    { immediate: true },
  );
  watch(
    () => [runs.loaded ? runId.value : null, store.savedEdits] as const,
    ([run]) => void score.follow(run),
    { immediate: true },
  );

  // In another project the same number is another image.
  watch(
    () => project.info?.path,
    (_now, before) => {
      if (before === undefined) return;
      store.close();
      imageId.value = null;
      void router.replace("/annotate");
    },
  );

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(imageId, () => clearTimeout(timer), { flush: "sync" });
  watch(
    () => store.selection,
    (ids) => {
      clearTimeout(timer);
      const [only = 0] = ids;
      const object = ids.size === 1 && only > 0 ? `gt-${only}` : undefined;
      timer = setTimeout(() => {
        if (route.name === "annotate-image" && textOf(route.query["object"]) !== (object ?? null))
          patchAddress(router, { object });
      }, REST);
    },
  );

  const warn = (event: BeforeUnloadEvent) => {
    store.flush();
    if (store.isUnsaved()) event.preventDefault();
  };
  window.addEventListener("beforeunload", warn);
  onScopeDispose(() => {
    clearTimeout(timer);
    window.removeEventListener("beforeunload", warn);
    store.flush();
    store.close();
  });

  return { imageId, question };
}
