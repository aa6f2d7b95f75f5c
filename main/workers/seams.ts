import { seamsAlong } from "../../shared/geometry/tile-starts.ts";
import type { SeamQueries } from "../db/queries/seams.ts";
import type { JudgedRun } from "./judged.ts";
import { LruCache } from "./lru-cache.ts";

/** Which boxes lie where tiles met. P predictions. */
export interface SeamFacts {
  /** [P] 1 where a tile's border cut a box that went into the prediction. */
  readonly predictions: Uint8Array;
  /** Does a tile's border cross the object of this annotation row? */
  readonly crosses: (row: number) => boolean;
}

type TiledRun = Pick<JudgedRun, "dataset" | "predictions">;

const LIMIT_BYTES = 2 ** 27;

export class Seams {
  readonly #queries: SeamQueries;
  /** By prediction set: edits of labels do not touch them. */
  readonly #flags = new LruCache<{ readonly flags: Uint8Array; readonly bytes: number }>(
    LIMIT_BYTES,
  );

  constructor(queries: SeamQueries) {
    this.#queries = queries;
  }

  /** null for predictions that were made on whole images, or elsewhere. */
  of(run: TiledRun): SeamFacts | null {
    const tile = this.#queries.tile(run.predictions.id);
    if (tile === null) return null;
    const { flags } = this.#flags.get(run.predictions.key, () => {
      const made = this.#predictionFlags(run);
      return { flags: made, bytes: made.length };
    });
    return { predictions: flags, crosses: crossedBySeams(run, tile) };
  }

  #predictionFlags({ predictions, dataset }: TiledRun): Uint8Array {
    const flags = new Uint8Array(predictions.score.length);
    for (const [imageId, atSeam] of this.#queries.flags(predictions.id)) {
      const i = dataset.imageIndex.get(imageId);
      if (i === undefined) continue;
      const [from, end] = [predictions.offsets[i]!, predictions.offsets[i + 1]!];
      flags.set(atSeam.subarray(0, end - from), from);
    }
    return flags;
  }
}

function crossedBySeams(
  { dataset }: TiledRun,
  { size, overlap }: { readonly size: number; readonly overlap: number },
): SeamFacts["crosses"] {
  const { boxes, image, images } = dataset;
  const known = new Map<number, readonly number[]>();
  const seams = (length: number) => {
    const found = known.get(length) ?? seamsAlong(length, size, overlap);
    known.set(length, found);
    return found;
  };
  const isCut = (from: number, side: number, length: number) =>
    seams(length).some((at) => at > from && at < from + side);
  return (row) => {
    const { width, height } = images[image[row]!]!;
    return (
      isCut(boxes[4 * row]!, boxes[4 * row + 2]!, width) ||
      isCut(boxes[4 * row + 1]!, boxes[4 * row + 3]!, height)
    );
  };
}
