import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import type { Category } from "../../shared/domain/records.ts";
import type { EditorTool } from "../canvas/editor/types.ts";
import { useRemembered } from "../composables/remembered.ts";
import { useSettings } from "./settings.ts";

export type AnnotateTab = "labels" | "suspects" | "assist";

/** Smallest stamp, pixels: less than a quarter of a pixel is no object. */
const LEAST_STAMP = 0.25;

/** What is drawn with, and what is shown; kept from image to image. */
export const useAnnotateTools = defineStore("annotate-tools", () => {
  const settings = useSettings();
  const tool = ref<EditorTool>("select");
  const tab = useRemembered("annotate.tab", "labels");
  const snap = useRemembered("annotate.snap", false);
  const crossHair = useRemembered("annotate.crossHair", false);
  const showGhosts = useRemembered("annotate.predictions", true);
  const colourByClass = useRemembered("annotate.colourByClass", false);
  const className = useRemembered("annotate.class", "");
  const stampWidth = useRemembered("annotate.stampWidth", 12);
  const stampHeight = useRemembered("annotate.stampHeight", 12);
  const categories = shallowRef<readonly Category[]>([]);

  /** Class of what is drawn next; remembered by name, so that it holds in another dataset too. */
  const category = computed(
    () => categories.value.find(({ name }) => name === className.value) ?? null,
  );
  const stamp = computed(() => [stampWidth.value, stampHeight.value] as const);

  /** Hot keys by class id: those the user chose, then the free ones in the order of the classes. */
  const keyOf = computed<ReadonlyMap<number, number>>(() => {
    const keys = new Map<number, number>();
    const taken = new Set<number>();
    for (const { id, name } of categories.value) {
      const chosen = settings.classKeys[name];
      if (chosen === undefined) continue;
      if (chosen >= 1 && chosen <= 9 && !taken.has(chosen)) {
        keys.set(id, chosen);
        taken.add(chosen);
      }
    }
    let next = 1;
    for (const { id, name } of categories.value) {
      if (keys.has(id) || settings.classKeys[name] === 0) continue;
      while (taken.has(next)) next += 1;
      if (next > 9) break;
      keys.set(id, next);
      taken.add(next);
    }
    return keys;
  });

  function categoryOfKey(key: number): Category | null {
    return categories.value.find(({ id }) => keyOf.value.get(id) === key) ?? null;
  }

  function setStamp(width: number, height: number): void {
    stampWidth.value = Math.max(LEAST_STAMP, width);
    stampHeight.value = Math.max(LEAST_STAMP, height);
  }

  return {
    tool,
    tab,
    snap,
    crossHair,
    showGhosts,
    colourByClass,
    categories,
    category,
    keyOf,
    categoryOfKey,
    stamp,
    setStamp,
    chooseClass: (name: string) => (className.value = name),
  };
});
