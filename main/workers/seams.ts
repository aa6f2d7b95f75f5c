import { seamsAlong } from "../../shared/geometry/tile-starts.ts";
import type { SeamQueries } from "../db/queries/seams.ts";
import type { JudgedRun } from "./judged.ts";
import { LruCache } from "./lru-cache.ts";

/** Which boxes lie where tiles met. N annotations, P predictions. */
export interface SeamFacts {
  /** [P] 1 where a tile's border cut a box that went into the prediction. */
  readonly predictions: Uint8Array;
  /** [N] 1 where a tile's border crosses the object. */
  readonly truth: Uint8Array;
  readonly bytes: number;
}

const LIMIT_BYTES = 2 ** 27;

export class Seams {
  readonly #queries: SeamQueries;
  readonly #known = new LruCache<SeamFacts>(LIMIT_BYTES);

  constructor(queries: SeamQueries) {
    this.#queries = queries;
  }

  /** null for predictions that were made on whole images, or elsewhere. */
  of(run: JudgedRun): SeamFacts | null {
    const tile = this.#queries.tile(run.predictions.id);
    if (tile === null) return null;
    return this.#known.get(run.key, () => {
      const truth = crossedBySeams(run, tile);
      const flags = this.#predictionFlags(run);
      return { predictions: flags, truth, bytes: truth.length + flags.length };
    });
  }

  #predictionFlags({ predictions, dataset }: JudgedRun): Uint8Array {
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
  { dataset }: JudgedRun,
  { size, overlap }: { readonly size: number; readonly overlap: number },
): Uint8Array {
  const { boxes, image, images } = dataset;
  const known = new Map<number, readonly number[]>();
  const seams = (length: number) => {
    const found = known.get(length) ?? seamsAlong(length, size, overlap);
    known.set(length, found);
    return found;
  };
  const crossed = new Uint8Array(image.length);
  for (let n = 0; n < crossed.length; n += 1) {
    const { width, height } = images[image[n]!]!;
    const [x, y, w, h] = boxes.subarray(4 * n, 4 * n + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const isCut = (from: number, side: number, length: number) =>
      seams(length).some((at) => at > from && at < from + side);
    crossed[n] = isCut(x, w, width) || isCut(y, h, height) ? 1 : 0;
  }
  return crossed;
}
