import { computed, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { BrowseQuestion } from "../stores/browse.ts";
import { useView } from "../stores/view.ts";
import { useNotify } from "./notify.ts";

/** Stands in the address for the first failure of the image one comes to. */
export const FIRST_FAILURE = "failure";

/** Goes from image to image in the order of the grid. */
export function useImageSteps(
  imageId: Readonly<Ref<number>>,
  question: Readonly<Ref<BrowseQuestion | null>>,
) {
  const route = useRoute();
  const router = useRouter();
  const view = useView();
  const notify = useNotify();

  const place = computed(() => {
    const at = view.sequence.indexOf(imageId.value);
    return at < 0 ? null : at + 1;
  });

  function goTo(id: number, object?: string): void {
    // Not `replace`: back leads through the images one has seen.
    const { object: _old, ...rest } = route.query;
    void router.push({ path: `/images/${id}`, query: object ? { ...rest, object } : rest });
  }

  function step(by: number): void {
    if (place.value === null) return;
    const id = view.sequence[place.value - 1 + by];
    if (id !== undefined) goTo(id);
  }

  /** Goes to the next image with a failure. Returns false where there is none. */
  async function toNextFailing(): Promise<boolean> {
    const asked = question.value;
    if (!asked) return false;
    if (!(await notify.attempt(() => view.loadFailing(asked)))) return true;
    const id = view.sequence.slice(place.value ?? 0).find((one) => view.failing.has(one));
    if (id === undefined) return false;
    goTo(id, FIRST_FAILURE);
    return true;
  }

  return { place, step, toNextFailing };
}
