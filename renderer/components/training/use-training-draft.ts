import { computed, onScopeDispose, shallowRef, watch } from "vue";
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from "vue-router";
import { call } from "../../api/client.ts";
import { useLoad } from "../../composables/load.ts";
import { useSelection } from "../../composables/selection.ts";
import { useDatasets } from "../../stores/datasets.ts";
import { useModels } from "../../stores/models.ts";
import { t } from "../../text/t.ts";
import { faultsOfCall } from "./call-faults.ts";
import { describeFault } from "./setting-words.ts";
import {
  draftOfQuery,
  faultsOf,
  planOf,
  queryOfDraft,
  withDataset,
  type TrainingDraft,
} from "./training-draft.ts";

/**
 * The draft of a training, kept in the address. null until datasets and models are known, which its defaults depend
 * on. `extra` is what else the page keeps there.
 */
export function useTrainingDraft(extra: (query: LocationQuery) => LocationQueryRaw = () => ({})) {
  const route = useRoute();
  const router = useRouter();
  const datasets = useDatasets();
  const models = useModels();
  const { datasetId } = useSelection();
  const draft = shallowRef<TrainingDraft | null>(null);
  const path = route.path;

  /** Models that a training can start from. */
  const starts = computed(() =>
    models.list.filter(({ kind, present }) => kind === "rtdetr" && present),
  );
  const newestModel = computed(() => starts.value.at(-1)?.id ?? null);
  const known = computed(() => datasets.loaded && (models.loaded || models.error !== null));

  watch([draft, () => route.query], ([now]) => {
    if (!now || route.path !== path) return;
    const query = { ...queryOfDraft(now), ...extra(route.query) };
    if (JSON.stringify(query) !== JSON.stringify(route.query)) void router.replace({ query });
  });

  watch(
    known,
    (ready) => {
      if (!ready || draft.value) return;
      const fallback = { datasetId: datasetId.value, modelId: newestModel.value };
      draft.value = draftOfQuery(route.query, fallback);
    },
    { immediate: true },
  );
  // The selector of the top bar.
  watch(
    () => route.query["dataset"],
    (asked) => {
      if (route.path !== path || !draft.value || typeof asked !== "string") return;
      const id = Number(asked);
      if (datasets.byId.has(id) && id !== draft.value.datasetId) {
        draft.value = withDataset(draft.value, id);
      }
    },
  );
  return { draft, starts, newestModel };
}

const TYPING_MS = 350;

/** What the plan would take, asked for a moment after the last change. */
export function usePlanCheck(draft: () => TrainingDraft | null) {
  const plan = computed(() => {
    const now = draft();
    return now === null ? null : planOf(now);
  });
  const asked = shallowRef(plan.value);
  let timer: ReturnType<typeof setTimeout> | null = null;
  watch(
    () => JSON.stringify(plan.value),
    () => {
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => (asked.value = plan.value), TYPING_MS);
    },
  );
  onScopeDispose(() => timer && clearTimeout(timer));
  const check = useLoad(
    () => (typeof asked.value === "string" ? null : asked.value),
    (input, signal) => call("training/check", input, { signal }),
  );
  return { plan, ...check };
}

/** What keeps the draft from being started. `refused`: why the main side would not take it, or did not. */
export function usePlanFaults(draft: () => TrainingDraft | null, refused: () => unknown) {
  const own = computed(() => {
    const now = draft();
    return [...(now ? faultsOf(now.settings) : [])].map(
      ([key, fault]) => [key, describeFault(fault)] as const,
    );
  });
  /** In words, by setting. */
  const faults = computed(() => new Map([...faultsOfCall(refused()), ...own.value]));
  const missing = computed(() => {
    const now = draft();
    const plan = now && planOf(now);
    if (plan === "dataset") return t("training.form.needsDataset");
    if (plan === "model") return t("training.form.needsModel");
    return own.value.length > 0 ? t("training.form.faults", { n: own.value.length }) : null;
  });
  return { faults, missing };
}
