/** What a training is shown of one image: its objects, and where nothing counts. */
import type { TrainingPicture } from "../../../shared/compute/messages.ts";
import type { CategoryRole } from "../../../shared/domain/records.ts";
import type { LabelToLearn } from "../../db/queries/training-images.ts";

export interface LearningRole {
  readonly role: CategoryRole;
  /** Place of an object's category among the classes; null where the model has no such class. */
  readonly label: number | null;
}

/** What was not taken as it stands. */
export interface LeftOut {
  /** Boxes without width or height. */
  empty: number;
  /** Objects of a class that the model does not have. */
  unknown: number;
  /** Boxes taken as areas where nothing counts as a mistake: ignored, crowds, regions, "others". */
  regions: number;
}

/** Counts into `left`. `painted` holds the ignored regions alone. */
export function learningPicture(
  place: { readonly path: string; readonly width: number; readonly height: number },
  labels: readonly LabelToLearn[],
  roles: ReadonlyMap<number, LearningRole>,
  left: LeftOut,
): TrainingPicture {
  const boxes: number[] = [];
  const classes: number[] = [];
  const regions: number[] = [];
  const painted: number[] = [];
  for (const [, categoryId, x, y, w, h, crowd, ignore] of labels) {
    if (!(w > 0 && h > 0)) {
      left.empty += 1;
      continue;
    }
    const { role, label } = roles.get(categoryId)!;
    if (role === "ignored-region") painted.push(x, y, w, h);
    if (role !== "object" || crowd === 1 || ignore === 1) {
      left.regions += 1;
      regions.push(x, y, w, h);
    } else if (label === null) left.unknown += 1;
    else {
      boxes.push(x, y, w, h);
      classes.push(label);
    }
  }
  return {
    ...place,
    tile: null,
    boxes: Float64Array.from(boxes),
    classes: Int32Array.from(classes),
    regions: regions.length === 0 ? none : Float64Array.from(regions),
    painted: painted.length === 0 ? none : Float64Array.from(painted),
  };
}

/** Most images have none of them. */
const none = new Float64Array(0);
