import { computed, shallowRef, watch, type Ref } from "vue";
import type { ImageDetail } from "../../shared/api/images.ts";
import { call, isAbort } from "../api/client.ts";
import { buildScene, judgeAt } from "../canvas/scene/scene.ts";
import type { asFilter } from "./filter-address.ts";
import { useLoad } from "./load.ts";

export interface DetailQuestion {
  readonly imageId: number;
  /** Of the dataset: an edit asks anew. */
  readonly revision: number;
  readonly filter: ReturnType<typeof asFilter>;
}

/**
 * One image with its objects as judged at the thresholds of the question. The host judges with no score threshold,
 * and the score is applied here: it acts at once and asks for nothing.
 */
export function useImageDetail(question: Readonly<Ref<DetailQuestion | null>>) {
  const detail = shallowRef<ImageDetail | null>(null);
  const error = shallowRef<unknown>(null);
  const waiting = shallowRef(true);
  let stop = new AbortController();

  const asked = computed(() => {
    if (!question.value) return null;
    const { imageId, revision, filter } = question.value;
    return JSON.stringify({ imageId, revision, runId: filter.runId, iou: filter.iou });
  });

  async function load(): Promise<void> {
    stop.abort();
    const { signal } = (stop = new AbortController());
    if (!question.value) return;
    const { imageId, filter } = question.value;
    waiting.value = true;
    try {
      const got = await call(
        "images/get",
        { imageId, filter: { runId: filter.runId, iou: filter.iou, score: 0 } },
        { signal },
      );
      detail.value = got;
      error.value = null;
      waiting.value = false;
    } catch (thrown) {
      if (isAbort(thrown)) return;
      detail.value = null;
      error.value = thrown;
      waiting.value = false;
    }
  }
  watch(asked, load, { immediate: true });

  const scene = computed(() =>
    detail.value ? buildScene(detail.value.annotations, detail.value.predictions) : null,
  );
  const score = computed(() => question.value?.filter.score ?? 0);
  const judgement = computed(() => (scene.value ? judgeAt(scene.value, score.value) : null));

  return { detail, scene, judgement, error, waiting, load };
}

/** A slider on its way is not asked about, milliseconds. */
const REST = 150;

/** The image as judged at the question's own score threshold: asked for when someone wants to know why. */
export function useImageAtScore(question: Readonly<Ref<DetailQuestion | null>>) {
  return useLoad(
    () => question.value,
    async ({ imageId, filter }, signal) => {
      await new Promise((resolve) => setTimeout(resolve, REST));
      signal.throwIfAborted();
      const { runId, iou, score } = filter;
      return call("images/get", { imageId, filter: { runId, iou, score } }, { signal });
    },
  );
}
