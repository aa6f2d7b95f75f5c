import { computed, ref, watch, type Ref } from "vue";
import type { GhostBox } from "../canvas/editor/types.ts";
import { useAnnotate } from "../stores/annotate.ts";
import { useAnnotateAssist } from "../stores/annotate-assist.ts";
import { useAnnotateSuspects } from "../stores/annotate-suspects.ts";
import { useAnnotateTools } from "../stores/annotate-tools.ts";

/**
 * The boxes on the picture that are no labels: proposals of the tab that is open, and the predictions of the run.
 * `current` is the prediction that was clicked.
 */
export function useAnnotateGhosts(predictions: Readonly<Ref<readonly GhostBox[]>>) {
  const store = useAnnotate();
  const tools = useAnnotateTools();
  const suspects = useAnnotateSuspects();
  const assist = useAnnotateAssist();

  const proposals = computed<readonly GhostBox[]>(() => {
    if (tools.tab === "assist") {
      return assist.shown.map((one) => ({ ...one, kind: "proposal", falseAlarm: false }));
    }
    const suspect = suspects.current;
    if (tools.tab !== "suspects" || !suspect?.proposal) return [];
    if (suspect.imageId !== store.image?.id) return [];
    const { categoryId, box } = suspect.proposal;
    const score = suspect.score ?? 1;
    return [{ categoryId, box, score, kind: "proposal", falseAlarm: false }];
  });
  const ghosts = computed<readonly GhostBox[]>(() => {
    // Suspects and proposals stand alone: the predictions behind them would hide what is asked about.
    if (!tools.showGhosts || tools.tab !== "labels") return proposals.value;
    return predictions.value;
  });

  const clicked = ref<number | null>(null);
  watch(ghosts, () => (clicked.value = null));
  const current = computed(() =>
    clicked.value === null || tools.tab !== "labels" ? null : (ghosts.value[clicked.value] ?? null),
  );
  /** Of the ghost that keys are about, in `ghosts`. */
  const place = computed(() => {
    if (tools.tab === "assist") return assist.shown.length > 0 ? assist.place : null;
    return tools.tab === "suspects" ? (ghosts.value.length > 0 ? 0 : null) : clicked.value;
  });
  return { ghosts, current, place, look: (place: number | null) => (clicked.value = place) };
}
