import type { Parsed } from "../../shared/api/contract.ts";
import type { AnalysisState } from "./methods.ts";

/**
 * The image nearest after another in the grid's order of names, round to the front, that is in one of the states; never
 * that other image itself. Without one to start from, the first.
 */
export function nextImage(
  { columns, reviews, names }: AnalysisState,
  { datasetId, after, states }: Parsed<"annotations/next">,
): { imageId: number | null } {
  const dataset = columns.dataset(datasetId);
  const ranks = names.ranks(dataset);
  const start = after === null ? undefined : dataset.imageIndex.get(after);
  const startRank = start === undefined ? -1 : ranks[start]!;
  let nearest: number | null = null;
  let least = Infinity;
  for (const [imageId, state] of reviews.ofDataset(datasetId)) {
    const i = dataset.imageIndex.get(imageId);
    if (i === undefined || i === start || !states.includes(state)) continue;
    const steps = (ranks[i]! - startRank + ranks.length) % ranks.length;
    // Without a start the first image is one step away, and the last comes round to none.
    const distance = steps === 0 ? ranks.length : steps;
    if (distance < least) {
      least = distance;
      nearest = imageId;
    }
  }
  return { imageId: nearest };
}
