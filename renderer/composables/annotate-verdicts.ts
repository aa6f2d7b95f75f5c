import { computed, type Ref } from "vue";
import type { ObjectFilter } from "../../shared/api/images.ts";
import { call } from "../api/client.ts";
import type { GhostBox, LabelVerdict } from "../canvas/editor/types.ts";
import { useAnnotate } from "../stores/annotate.ts";
import { useLoad } from "./load.ts";

/** Edits that follow each other within this time are judged once, milliseconds. */
const REST = 80;

/** How the run judges the labels of the open image as they are saved, and its predictions as ghosts. */
export function useAnnotateVerdicts(filter: Readonly<Ref<ObjectFilter>>) {
  const store = useAnnotate();
  const { value: detail, error } = useLoad(
    () =>
      store.image && filter.value.runId !== null
        ? {
            imageId: store.image.id,
            edits: store.savedEdits,
            filter: { runId: filter.value.runId, iou: filter.value.iou, score: filter.value.score },
          }
        : null,
    async ({ imageId, filter: asked }, signal) => {
      await new Promise((resolve) => setTimeout(resolve, REST));
      signal.throwIfAborted();
      return call("images/get", { imageId, filter: asked }, { signal });
    },
  );
  const ofImage = computed(() =>
    detail.value?.image.id === store.image?.id ? detail.value : null,
  );
  const verdicts = computed<ReadonlyMap<number, LabelVerdict>>(
    () =>
      new Map(
        (ofImage.value?.annotations ?? []).flatMap(({ id, verdict }) =>
          verdict === null ? [] : [[id, verdict] as const],
        ),
      ),
  );
  const shown = computed(() =>
    (ofImage.value?.predictions ?? []).flatMap((prediction, at) =>
      prediction.verdict === "below-score" ? [] : [{ prediction, at }],
    ),
  );
  const predictions = computed<readonly GhostBox[]>(() =>
    shown.value.map(({ prediction: { categoryId, box, score, verdict } }) => ({
      categoryId,
      box,
      score,
      kind: "prediction",
      falseAlarm: verdict === "false-alarm",
    })),
  );
  /** Place among the ghosts of a prediction by its place in the image's predictions; -1 where it is not shown. */
  const placeOf = (prediction: number) => shown.value.findIndex(({ at }) => at === prediction);
  return { verdicts, predictions, placeOf, error };
}
