import { AppError } from "../../../shared/domain/app-error.ts";
import type { ReviewState } from "../../../shared/domain/editing.ts";
import { reviewQueries } from "../../db/queries/annotations.ts";
import type { EditPorts } from "./ports.ts";
import { tellLabelsChanged } from "./tell-edited.ts";

/** Says how far the labels of images are: of all of them or, where one is not there, of none (`image/not-found`). */
export function setReview(
  { db, events }: EditPorts,
  imageIds: readonly number[],
  state: ReviewState,
): void {
  const { set } = reviewQueries(db);
  db.transaction(() => {
    for (const imageId of imageIds) {
      if (set(imageId, state) === 1) continue;
      throw new AppError(
        "image/not-found",
        `There is no image ${imageId} in this project; its dataset may have been removed. Nothing was changed.`,
      );
    }
  }).immediate();
  tellLabelsChanged(events);
}
