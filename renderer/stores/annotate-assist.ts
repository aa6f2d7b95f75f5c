import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { Prediction, XywhPixels } from "../../shared/domain/records.ts";
import { intersectionOverUnion } from "../../shared/geometry/boxes.ts";
import { call, isAbort } from "../api/client.ts";
import { useRemembered } from "../composables/remembered.ts";
import { useAnnotate } from "./annotate.ts";
import { useModels } from "./models.ts";

/** Labels that overlap a proposal as much as this say the same already. */
const COVERS = 0.5;
/** Proposals below it are not asked for; the slider starts here. */
const LEAST_SCORE = 0.05;

/** What a model proposes for the open image. */
export const useAnnotateAssist = defineStore("annotate-assist", () => {
  const annotate = useAnnotate();
  const models = useModels();
  const modelId = useRemembered("annotate.assistModel", 0);
  /** Those whose files are there. */
  const usable = computed(() => models.list.filter(({ present }) => present));
  /** The one chosen, else the newest. */
  const model = computed(
    () => usable.value.find(({ id }) => id === modelId.value) ?? usable.value.at(-1) ?? null,
  );
  const score = useRemembered("annotate.assistScore", 0.3);
  const hideCovered = useRemembered("annotate.assistHideCovered", true);
  const found = shallowRef<readonly Prediction[]>([]);
  const imageId = ref<number | null>(null);
  const region = shallowRef<XywhPixels | null>(null);
  const notes = shallowRef<readonly string[]>([]);
  const took = ref<number | null>(null);
  const running = ref(false);
  const error = shallowRef<unknown>(null);
  const current = ref(0);
  let stop = new AbortController();

  /** Best first: those of the open image at the score chosen that no label says already. */
  const shown = computed(() => {
    if (imageId.value !== annotate.image?.id) return [];
    const labels = [...annotate.labels.values()];
    return found.value.filter(
      (one) =>
        one.score >= score.value &&
        !(
          hideCovered.value &&
          labels.some((label) => intersectionOverUnion(label.box, one.box) >= COVERS)
        ),
    );
  });
  const place = computed(() => Math.max(0, Math.min(shown.value.length - 1, current.value)));

  /** Looks at an image, or at a part of it; what was proposed before is replaced. */
  async function run(image: number, part: XywhPixels | null): Promise<void> {
    const id = model.value?.id;
    if (id === undefined) return;
    stop.abort();
    const { signal } = (stop = new AbortController());
    region.value = part;
    running.value = true;
    error.value = null;
    try {
      const got = await call(
        "assist/run",
        {
          modelId: id,
          imageId: image,
          region: part && ([...part] as [number, number, number, number]),
          score: LEAST_SCORE,
        },
        { signal },
      );
      found.value = got.proposals;
      imageId.value = image;
      notes.value = got.notes;
      took.value = got.took;
      current.value = 0;
    } catch (thrown) {
      if (isAbort(thrown)) return;
      error.value = thrown;
    }
    running.value = false;
  }

  function drop(gone: readonly Prediction[]): void {
    const set = new Set(gone);
    found.value = found.value.filter((one) => !set.has(one));
  }

  function go(by: number): void {
    current.value = Math.max(0, Math.min(shown.value.length - 1, place.value + by));
  }

  function clear(): void {
    stop.abort();
    running.value = false;
    found.value = [];
    region.value = null;
    notes.value = [];
    took.value = null;
  }

  return {
    models: usable,
    model,
    choose: (id: number) => (modelId.value = id),
    score,
    hideCovered,
    found,
    shown,
    place,
    region,
    notes,
    took,
    running,
    error,
    run,
    drop,
    go,
    clear,
    lookAt: (at: number) => (current.value = at),
  };
});
