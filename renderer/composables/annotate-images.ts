import { computed, ref, watch, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { ReviewState } from "../../shared/domain/editing.ts";
import { call } from "../api/client.ts";
import { useAnnotate } from "../stores/annotate.ts";
import type { BrowseQuestion } from "../stores/browse.ts";
import { useView } from "../stores/view.ts";
import { t } from "../text/t.ts";
import { useLoad } from "./load.ts";
import { useNotify } from "./notify.ts";
import { useRemembered } from "./remembered.ts";

/** Goes from image to image: in the order of the grid, or to the next that is still to be reviewed. */
export function useAnnotateImages(
  imageId: Readonly<Ref<number | null>>,
  question: Readonly<Ref<Omit<BrowseQuestion, "revision"> | null>>,
) {
  const route = useRoute();
  const router = useRouter();
  const store = useAnnotate();
  const view = useView();
  const notify = useNotify();

  /** The question that the sequence answers. */
  const loadedFor = ref("");
  // The order stays while one edits: with the revision in the question images would change places under one's hands.
  watch(
    () => JSON.stringify(question.value),
    () => {
      const asked = question.value;
      if (asked) void loadSequence(asked);
    },
    { immediate: true },
  );
  async function loadSequence(asked: Omit<BrowseQuestion, "revision">): Promise<void> {
    const done = await notify.attempt(() => view.loadSequence({ ...asked, revision: -1 }));
    if (done) loadedFor.value = JSON.stringify(asked);
  }
  const isLoaded = computed(() => loadedFor.value === JSON.stringify(question.value));
  /** Empty until it has come. */
  const sequence = computed(() => (isLoaded.value ? view.sequence : []));
  const place = computed(() => {
    const at = imageId.value === null ? -1 : sequence.value.indexOf(imageId.value);
    return at < 0 ? null : at + 1;
  });

  const { value: progress, reload: countProgress } = useLoad(
    () => question.value && { datasetId: question.value.datasetId, edits: store.savedEdits },
    ({ datasetId }, signal) => call("annotations/progress", { datasetId }, { signal }),
  );

  function goTo(id: number, how: "push" | "replace" = "push"): void {
    const { object: _old, ...rest } = route.query;
    void router[how]({ path: `/annotate/${id}`, query: rest });
  }

  function step(by: number): void {
    const id = sequence.value[(place.value ?? 0) - 1 + by];
    if (id === undefined) notify.message.info(t("annotate.lastImage"));
    else goTo(id);
  }

  async function toNext(states: readonly ReviewState[]): Promise<void> {
    const asked = question.value;
    if (!asked) return;
    const next = await call("annotations/next", {
      datasetId: asked.datasetId,
      after: imageId.value,
      states: [...states],
    });
    if (next.imageId === null || next.imageId === imageId.value)
      notify.message.success(t("annotate.allDone"));
    else goTo(next.imageId);
  }

  /** Done and checked lead on to the next image that is not. */
  async function review(state: ReviewState, goOn: boolean): Promise<void> {
    await notify.attempt(async () => {
      store.flush();
      await store.setReview(state);
      void countProgress();
      if (goOn && state !== "todo") await toNext(state === "done" ? ["todo"] : ["todo", "done"]);
    });
  }

  /** Where the page is opened without an image: the one last edited, else the first to be reviewed. */
  async function openSome(datasetId: number, first: number | undefined): Promise<void> {
    const last = useRemembered(`annotate.image.${datasetId}`, 0).value;
    if (last > 0 && sequence.value.includes(last)) return goTo(last, "replace");
    const next = await call("annotations/next", { datasetId, after: null, states: ["todo"] });
    const id = next.imageId ?? first;
    if (id !== undefined) goTo(id, "replace");
  }

  return {
    sequence,
    isLoaded,
    place,
    progress,
    countProgress,
    goTo,
    step,
    toNext,
    review,
    openSome,
  };
}
