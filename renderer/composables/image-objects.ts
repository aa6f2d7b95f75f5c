import { computed, ref, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { ImageDetail } from "../../shared/api/images.ts";
import type { Overlay } from "../canvas/image-view.ts";
import { HIT, UNJUDGED, verdictCounts, type Judgement, type Scene } from "../canvas/scene/scene.ts";
import { HIDDEN, visibility } from "../canvas/scene/visibility.ts";
import {
  addressOf,
  bestOverlap,
  listObjects,
  nextFailure,
  objectAt,
  reasonOf,
  rowOf,
  type ObjectSort,
} from "../components/image/object-list.ts";
import { useView } from "../stores/view.ts";
import { patchAddress, textOf } from "./address.ts";
import { FIRST_FAILURE } from "./image-steps.ts";

/** The verdicts chosen on another image mean nothing where there is no run. */
function narrowed(judgement: Judgement, verdicts: readonly number[]): ReadonlySet<number> | null {
  if (verdicts.length === 0 || judgement.verdict.includes(UNJUDGED)) return null;
  return new Set(verdicts);
}

/** The objects of the image view: which are shown, in which order, and which one is selected. */
export function useImageObjects(
  given: {
    readonly detail: Readonly<Ref<ImageDetail | null>>;
    readonly scene: Readonly<Ref<Scene | null>>;
    readonly judgement: Readonly<Ref<Judgement | null>>;
    /** As judged at the score threshold; null while it has not come. */
    readonly atScore: Readonly<Ref<ImageDetail | null>>;
  },
  nameOf: (categoryId: number) => string,
) {
  const route = useRoute();
  const router = useRouter();
  const view = useView();
  const { detail, scene, judgement, atScore } = given;
  const sort = ref<ObjectSort>("size");

  const shown = computed(() =>
    scene.value && judgement.value
      ? visibility(scene.value, judgement.value, {
          truth: view.showTruth,
          predictions: view.showPredictions,
          verdicts: narrowed(judgement.value, view.verdicts),
        })
      : null,
  );
  const overlay = computed<Overlay | null>(() =>
    scene.value && judgement.value && shown.value
      ? { scene: scene.value, judgement: judgement.value, shown: shown.value }
      : null,
  );
  const list = computed(() =>
    scene.value && shown.value ? listObjects(scene.value, shown.value, sort.value) : [],
  );

  /** By verdict code. A hit is two boxes and counts once. */
  const counts = computed(() => {
    if (!scene.value || !judgement.value) return [];
    const truthOnly = {
      ...judgement.value,
      verdict: judgement.value.verdict.slice(0, scene.value.truthCount),
    };
    const all = verdictCounts(judgement.value);
    all[HIT] = verdictCounts(truthOnly)[HIT]!;
    return all;
  });

  const selected = computed<number | null>(() => {
    const address = textOf(route.query["object"]);
    if (!detail.value || !scene.value || !judgement.value || address === null) return null;
    const object =
      address === FIRST_FAILURE
        ? nextFailure(list.value, judgement.value, null)
        : objectAt(detail.value, scene.value, address);
    return object === null || shown.value?.[object] === HIDDEN ? null : object;
  });

  function select(object: number | null): void {
    const address =
      object === null || !detail.value || !scene.value
        ? undefined
        : addressOf(detail.value, scene.value, object);
    patchAddress(router, { object: address });
  }

  function rowAt(object: number) {
    return rowOf(detail.value!, scene.value!, judgement.value!, object);
  }

  const readout = computed(() => {
    const object = selected.value;
    if (object === null || !scene.value || !judgement.value) return null;
    const row = rowAt(object);
    const best = row.match === null ? bestOverlap(scene.value, judgement.value, object) : null;
    const at = object * 4;
    return {
      row,
      reason: reasonOf(detail.value!, scene.value, judgement.value, object, atScore.value),
      matchRow: row.match === null ? null : rowAt(row.match),
      other: best && { row: rowAt(best.object), iou: best.iou },
      place: [scene.value.boxes[at]!, scene.value.boxes[at + 1]!] as const,
    };
  });

  const labelOf = computed(() => (object: number) => {
    const { categoryId, score } = rowAt(object);
    return score === null ? nameOf(categoryId) : `${nameOf(categoryId)} ${score.toFixed(2)}`;
  });

  return { sort, overlay, list, counts, selected, select, rowAt, readout, labelOf };
}
