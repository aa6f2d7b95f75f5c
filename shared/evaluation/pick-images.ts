/** Some images of a set as a set of their own: what happens in one image does not depend on any other. */
import type { EvaluationSet, PredictionColumns, RegionColumns, TruthColumns } from "./types.ts";

export interface PickedImages {
  /** Its images are the chosen ones in their order; classes are all of the whole set. */
  readonly set: EvaluationSet;
  /** For each row of the picked truth and predictions, its row in the whole set; ascending. */
  readonly truthRows: Int32Array;
  readonly predictionRows: Int32Array;
}

/** images: indices, ascending; known: the rows of their predictions, ascending, for a caller that knows them. */
export function pickImages(
  set: EvaluationSet,
  images: readonly number[],
  known?: Int32Array,
): PickedImages {
  const place = new Int32Array(set.imageIds.length).fill(-1);
  images.forEach((image, at) => (place[image] = at));
  const truthRows = rowsIn(set.truth.image, place);
  const predictionRows = known ?? rowsIn(set.predictions.image, place);
  const { regions, imageSizes } = set;
  return {
    truthRows,
    predictionRows,
    set: {
      imageIds: images.map((image) => set.imageIds[image]!),
      categoryIds: set.categoryIds,
      categoryNames: set.categoryNames,
      truth: pickTruth(set.truth, truthRows, place),
      predictions: pickPredictions(set.predictions, predictionRows, place),
      ...(regions && { regions: pickRegions(regions, place) }),
      ...(imageSizes && {
        imageSizes: Float64Array.from({ length: 2 * images.length }, (_, i) => {
          return imageSizes[2 * images[i >> 1]! + (i & 1)]!;
        }),
      }),
    },
  };
}

/** The rows whose image has a place. */
function rowsIn(image: Int32Array, place: Int32Array): Int32Array {
  let count = 0;
  for (let row = 0; row < image.length; row++) if (place[image[row]!]! >= 0) count++;
  const rows = new Int32Array(count);
  let n = 0;
  for (let row = 0; n < count; row++) if (place[image[row]!]! >= 0) rows[n++] = row;
  return rows;
}

function pickTruth(truth: TruthColumns, rows: Int32Array, place: Int32Array): TruthColumns {
  return {
    image: rows.map((row) => place[truth.image[row]!]!),
    category: rows.map((row) => truth.category[row]!),
    boxes: pickBoxes(truth.boxes, rows),
    area: Float64Array.from(rows, (row) => truth.area[row]!),
    crowd: Uint8Array.from(rows, (row) => truth.crowd[row]!),
    ignore: Uint8Array.from(rows, (row) => truth.ignore[row]!),
  };
}

function pickPredictions(
  predictions: PredictionColumns,
  rows: Int32Array,
  place: Int32Array,
): PredictionColumns {
  return {
    image: rows.map((row) => place[predictions.image[row]!]!),
    category: rows.map((row) => predictions.category[row]!),
    boxes: pickBoxes(predictions.boxes, rows),
    score: Float64Array.from(rows, (row) => predictions.score[row]!),
  };
}

function pickRegions(regions: RegionColumns, place: Int32Array): RegionColumns {
  const rows = rowsIn(regions.image, place);
  return {
    image: rows.map((row) => place[regions.image[row]!]!),
    boxes: pickBoxes(regions.boxes, rows),
  };
}

function pickBoxes(boxes: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(4 * rows.length);
  rows.forEach((row, at) => picked.set(boxes.subarray(4 * row, 4 * row + 4), 4 * at));
  return picked;
}
