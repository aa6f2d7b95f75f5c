import type { PredictSettings } from "../../../shared/api/models.ts";
import type { Db } from "../open.ts";

/** What is known of the tiles that predictions were made with. */
export function seamQueries(db: Db) {
  const settings = db
    .prepare<[number], string>("SELECT settings FROM inference WHERE prediction_set_id = ?")
    .pluck();
  const flags = db
    .prepare<[number], [imageId: number, atSeam: Uint8Array]>(
      "SELECT image_id, at_seam FROM inference_image WHERE prediction_set_id = ? AND at_seam IS NOT NULL",
    )
    .raw();
  return {
    /** null where the set was not made by a model, or on whole images. */
    tile: (setId: number): PredictSettings["tile"] => {
      const text = settings.get(setId);
      return text === undefined ? null : (JSON.parse(text) as PredictSettings).tile;
    },
    /** Images with a prediction that a seam cut: a byte for each of their predictions. */
    flags: (setId: number): IterableIterator<[number, Uint8Array]> => flags.iterate(setId),
  };
}

export type SeamQueries = ReturnType<typeof seamQueries>;
