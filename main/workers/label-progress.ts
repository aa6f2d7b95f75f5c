import type { LabelProgress } from "../../shared/api/annotations.ts";
import type { Parsed } from "../../shared/api/contract.ts";
import { sodaDParams } from "../../shared/domain/protocols.ts";
import type { AnalysisState } from "./methods.ts";

/** SODA-D's ranges that do not overlap, and the rest: an object is in the first whose upper end it does not exceed. */
const buckets = [
  ...sodaDParams.areaRanges.filter(({ label }) => label !== "Small"),
  { label: "larger", low: 2000, high: 1e10 },
];

/** How far the labels of a dataset are: images by review state, and objects by class and by size. */
export function labelProgress(
  { columns, reviews }: AnalysisState,
  { datasetId }: Parsed<"annotations/progress">,
): LabelProgress {
  const dataset = columns.dataset(datasetId);
  const images = { todo: 0, done: 0, checked: 0 };
  const isReviewed = new Uint8Array(dataset.images.length);
  for (const [imageId, state] of reviews.ofDataset(datasetId)) {
    images[state] += 1;
    const i = dataset.imageIndex.get(imageId);
    if (i !== undefined && state !== "todo") isReviewed[i] = 1;
  }
  const isObject = dataset.categories.map(({ role }) => role === "object");
  const ofClass = counters(dataset.categories.length);
  const ofBucket = counters(buckets.length);
  for (let row = 0; row < dataset.image.length; row += 1) {
    const k = dataset.category[row]!;
    if (!isObject[k]) continue;
    const reviewed = isReviewed[dataset.image[row]!]!;
    const area = dataset.area[row]!;
    let b = 0;
    while (b < buckets.length - 1 && area > buckets[b]!.high) b += 1;
    ofClass.objects[k]! += 1;
    ofClass.reviewed[k]! += reviewed;
    ofBucket.objects[b]! += 1;
    ofBucket.reviewed[b]! += reviewed;
  }
  const at = ({ objects, reviewed }: Counters, index: number) => ({
    objects: objects[index]!,
    reviewed: reviewed[index]!,
  });
  return {
    images,
    classes: dataset.categories.flatMap(({ id }, k) =>
      isObject[k] ? [{ categoryId: id, ...at(ofClass, k) }] : [],
    ),
    buckets: buckets.map((bucket, b) => ({ ...bucket, ...at(ofBucket, b) })),
  };
}

interface Counters {
  readonly objects: Int32Array;
  readonly reviewed: Int32Array;
}

function counters(length: number): Counters {
  return { objects: new Int32Array(length), reviewed: new Int32Array(length) };
}
