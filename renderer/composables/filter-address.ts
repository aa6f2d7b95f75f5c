import { computed, onScopeDispose, shallowRef } from "vue";
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from "vue-router";
import type { ObjectFilter } from "../../shared/api/images.ts";
import {
  choiceParam,
  idsParam,
  labelsParam,
  numberParam,
  patchAddress,
  textOf,
} from "./address.ts";
import { useSelection } from "./selection.ts";

export const imageSorts = ["worst", "name", "misses", "false-alarms", "objects"] as const;
export type ImageSort = (typeof imageSorts)[number];

export type FilterVerdict = ObjectFilter["verdicts"][number];
export const filterVerdicts = ["miss", "false-alarm", "hit", "ignored"] as const;

/** All that is chosen about which objects and images are shown, but for the run. */
export interface FilterChoice {
  readonly iou: number;
  readonly score: number;
  readonly categoryIds: readonly number[];
  readonly buckets: readonly string[];
  readonly verdicts: readonly FilterVerdict[];
  readonly text: string;
  readonly sort: ImageSort;
}

export const defaultChoice: FilterChoice = {
  iou: 0.5,
  score: 0.3,
  categoryIds: [],
  buckets: [],
  verdicts: [],
  text: "",
  sort: "name",
};

const sortParam = choiceParam<ImageSort>(imageSorts, "name");
const iouParam = numberParam(defaultChoice.iou);
const scoreParam = numberParam(defaultChoice.score);

export function choiceOf(query: LocationQuery): FilterChoice {
  return {
    iou: within(iouParam.parse(textOf(query["iou"])), 0.05, 0.95),
    score: within(scoreParam.parse(textOf(query["score"])), 0, 1),
    categoryIds: idsParam.parse(textOf(query["class"])),
    buckets: labelsParam.parse(textOf(query["bucket"])),
    verdicts: labelsParam
      .parse(textOf(query["verdict"]))
      .filter((label): label is FilterVerdict => filterVerdicts.some((known) => known === label)),
    text: textOf(query["q"]) ?? "",
    sort: sortParam.parse(textOf(query["sort"])),
  };
}

/** The parts of the address that say `choice`; what is as usual is left out. */
export function queryOf(choice: Partial<FilterChoice>): LocationQueryRaw {
  const query: LocationQueryRaw = {};
  const put = (key: string, text: string | null) => (query[key] = text ?? undefined);
  if (choice.iou !== undefined) put("iou", iouParam.format(choice.iou));
  if (choice.score !== undefined) put("score", scoreParam.format(choice.score));
  if (choice.categoryIds) put("class", idsParam.format(choice.categoryIds));
  if (choice.buckets) put("bucket", labelsParam.format(choice.buckets));
  if (choice.verdicts) put("verdict", labelsParam.format(choice.verdicts));
  if (choice.text !== undefined) put("q", choice.text || null);
  if (choice.sort) put("sort", sortParam.format(choice.sort));
  return query;
}

/** Browsers stop pages that change their address too often, so a slider's way is written when it rests. */
const REST = 160;

/** The filter, which lives in the address. A change acts at once and is written to the address a moment later. */
export function useFilterAddress() {
  const route = useRoute();
  const router = useRouter();
  const { runId, datasetId } = useSelection();
  const unwritten = shallowRef<Partial<FilterChoice>>({});
  let timer: ReturnType<typeof setTimeout> | undefined;

  const choice = computed<FilterChoice>(() => ({ ...choiceOf(route.query), ...unwritten.value }));

  /** As the calls take it. */
  const filter = computed(() => asFilter(choice.value, runId.value));

  function write(): void {
    clearTimeout(timer);
    const written = unwritten.value;
    patchAddress(router, queryOf(written));
    // patchAddress navigates after this turn; the choice stays ours until the address says it.
    const stop = router.afterEach(() => {
      stop();
      if (unwritten.value === written) unwritten.value = {};
    });
  }

  function set(part: Partial<FilterChoice>): void {
    unwritten.value = { ...unwritten.value, ...part };
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  }

  /** Back to the usual; the thresholds stay. */
  function clear(): void {
    const { categoryIds, buckets, verdicts, text } = defaultChoice;
    set({ categoryIds, buckets, verdicts, text });
  }

  /** The address of a page that goes on with this dataset, run and filter. */
  const linkQuery = computed<LocationQueryRaw>(() => ({
    ...(datasetId.value === null ? {} : { dataset: String(datasetId.value) }),
    ...(runId.value === null ? {} : { run: String(runId.value) }),
    ...queryOf(choice.value),
  }));

  onScopeDispose(() => clearTimeout(timer));
  return { choice, filter, set, clear, linkQuery };
}

export function asFilter(choice: FilterChoice, runId: number | null) {
  return {
    runId,
    iou: choice.iou,
    score: choice.score,
    categoryIds: [...choice.categoryIds],
    buckets: [...choice.buckets],
    // Without a run nothing has a verdict.
    verdicts: runId === null ? [] : [...choice.verdicts],
    text: choice.text,
  };
}

export function isFiltered({ categoryIds, buckets, verdicts, text }: FilterChoice): boolean {
  return categoryIds.length + buckets.length + verdicts.length + text.length > 0;
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
