import { computed, watch, type Ref } from "vue";
import { useRoute } from "vue-router";
import type { ReviewState } from "../../shared/domain/editing.ts";
import type { Prediction, XywhPixels } from "../../shared/domain/records.ts";
import { boxSide } from "../../shared/geometry/boxes.ts";
import type { GhostBox } from "../canvas/editor/types.ts";
import { useAnnotate } from "../stores/annotate.ts";
import { useAnnotateAssist } from "../stores/annotate-assist.ts";
import { useAnnotateSuspects } from "../stores/annotate-suspects.ts";
import { useAnnotateTools } from "../stores/annotate-tools.ts";
import { textOf } from "./address.ts";
import type { AnnotateEdits } from "./annotate-edits.ts";
import type { useAnnotateImages } from "./annotate-images.ts";
import { useNotify } from "./notify.ts";

/** What of the canvas the flow needs. */
export interface CanvasView {
  readonly show: (box: XywhPixels) => void;
  readonly reveal: (box: XywhPixels) => void;
  readonly cancelGesture: () => boolean;
  readonly focus: () => void;
}

/** The steps through labels, suspects and proposals that the keys and buttons of the page take. */
export function useAnnotateFlow(given: {
  readonly canvas: () => CanvasView | null;
  readonly edits: AnnotateEdits;
  readonly images: ReturnType<typeof useAnnotateImages>;
  readonly predictions: {
    readonly predictions: Readonly<Ref<readonly GhostBox[]>>;
    readonly placeOf: (prediction: number) => number;
  };
  readonly ghost: {
    readonly current: Readonly<Ref<GhostBox | null>>;
    readonly look: (place: number | null) => void;
  };
}) {
  const { canvas, edits, images, ghost, predictions } = given;
  const route = useRoute();
  const store = useAnnotate();
  const tools = useAnnotateTools();
  const suspects = useAnnotateSuspects();
  const assist = useAnnotateAssist();
  const notify = useNotify();

  /** The smallest first, as in the list. */
  const order = computed(() =>
    [...store.labels.values()].sort((a, b) => boxSide(a.box) - boxSide(b.box) || a.id - b.id),
  );

  function selectAndReveal(ids: readonly number[]): void {
    store.select(ids);
    const label = ids.length === 1 ? store.labels.get(ids[0]!) : undefined;
    if (label) canvas()?.reveal(label.box);
  }

  function stepLabel(by: number): boolean {
    const all = order.value;
    const [only] = store.selection;
    const at = store.selection.size === 1 ? all.findIndex(({ id }) => id === only) : -1;
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    const label = all[next];
    if (!label) return false;
    selectAndReveal([label.id]);
    return true;
  }

  /** Leaves, one by one: the gesture, the ghost, the selection, the tool. */
  function escape(): boolean {
    if (canvas()?.cancelGesture()) return true;
    if (ghost.current.value) {
      ghost.look(null);
      return true;
    }
    if (store.selection.size > 0) {
      store.select([]);
      return true;
    }
    if (tools.tool === "select") return false;
    tools.tool = "select";
    return true;
  }

  function undo(): void {
    void notify.attempt(async () => {
      if (tools.tab === "suspects" && (await suspects.takeBack())) return;
      store.step("undo");
    });
  }

  /** The label or prediction that the address names is shown when its image is opened, once. */
  let shownFor: number | null = null;
  watch(
    () => [store.image?.id, predictions.predictions.value] as const,
    ([imageId, boxes]) => {
      if (imageId === undefined || shownFor === imageId) return;
      const [, kind, digits] = /^(gt|p)-(\d+)$/.exec(textOf(route.query["object"]) ?? "") ?? [];
      const label = kind === "gt" ? store.labels.get(Number(digits)) : undefined;
      const place = kind === "p" ? predictions.placeOf(Number(digits)) : -1;
      // Predictions come after the labels.
      if (kind === "p" && boxes.length === 0) return;
      shownFor = imageId;
      if (label) store.select([label.id]);
      if (place >= 0) ghost.look(place);
      const box = label?.box ?? boxes[place]?.box;
      if (box) canvas()?.show(box);
    },
    { flush: "post", immediate: true },
  );

  // The suspect that is looked at is shown, wherever it is.
  watch(
    () =>
      tools.tab === "suspects" && suspects.current
        ? ([suspects.current.key, suspects.current.imageId, store.image?.id] as const)
        : null,
    (now) => {
      const suspect = suspects.current;
      if (!now || !suspect) return;
      if (store.image?.id !== suspect.imageId) return images.goTo(suspect.imageId);
      const { label, proposal } = suspect;
      store.select(label && store.labels.has(label.annotationId) ? [label.annotationId] : []);
      const box = label && label.box[2] > 0 && label.box[3] > 0 ? label.box : proposal?.box;
      if (box) canvas()?.show(box);
    },
    { flush: "post", immediate: true },
  );
  watch(
    () => (tools.tab === "assist" ? assist.shown[assist.place] : null),
    (proposal) => proposal && canvas()?.reveal(proposal.box),
    { flush: "post" },
  );

  async function runModel(region: XywhPixels | null): Promise<void> {
    tools.tab = "assist";
    if (tools.tool === "region") tools.tool = "select";
    if (store.image) await assist.run(store.image.id, region);
    canvas()?.focus();
  }

  /** A proposal is taken by a click; a prediction is looked at first, as a click may have meant what is under it. */
  function clickGhost(place: number): void {
    const proposal = tools.tab === "assist" ? assist.shown[place] : undefined;
    if (proposal) {
      assist.drop([proposal]);
      edits.accept([proposal]);
    } else if (tools.tab === "suspects") {
      void notify.attempt(() => suspects.solve("accept"));
    } else ghost.look(place);
  }

  function acceptGhost(): boolean {
    const one: Prediction | null = ghost.current.value;
    if (!one) return false;
    ghost.look(null);
    edits.accept([{ categoryId: one.categoryId, box: one.box, score: one.score }]);
    return true;
  }

  return {
    selectAndReveal,
    stepLabel,
    escape,
    undo,
    runModel,
    clickGhost,
    acceptGhost,
    nextTodo: () => void notify.attempt(() => images.toNext(["todo"])),
    review: (state: ReviewState, goOn: boolean) => void images.review(state, goOn),
  };
}
