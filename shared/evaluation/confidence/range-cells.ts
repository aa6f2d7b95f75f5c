import type { Outcomes } from "./outcomes.ts";

/**
 * One class in one area range, predictions by falling score. "Candidates" are those that match something at some
 * threshold, hit or ignored; the rest is plain: false positives at every threshold, or nothing.
 */
export interface Cell {
  /** Image of each object that recall divides by. */
  readonly truthImages: Int32Array;
  /** Each image that holds such an object, once. */
  readonly holdingImages: Int32Array;
  /** Images of the plain false positives. Half the memory is worth having: a resample reads most of this. */
  readonly plainImages: Int32Array | Uint16Array;
  /** [candidates] image of each. */
  readonly image: Int32Array;
  /** [candidates] how many plain false positives stand before each. */
  readonly plainBefore: Int32Array;
  /** [candidates] 1 where the candidate counts when it matches nothing. */
  readonly counts: Uint8Array;
  /** [candidates] a bit for each IoU threshold at which it is a hit. */
  readonly hits: Uint16Array;
  /** [candidates] a bit for each threshold at which a match takes it out of those that count. */
  readonly takenOut: Uint16Array;
}

/** [K][A] */
export function cellsOf(outcomes: Outcomes): Cell[][] {
  return Array.from({ length: outcomes.classCount }, (_, k) =>
    outcomes.params.areaRanges.map((_range, a) => cellOf(outcomes, k, a)),
  );
}

function cellOf(outcomes: Outcomes, k: number, a: number): Cell {
  const { classStart, image, inRange, hits, ignored, params } = outcomes;
  const A = params.areaRanges.length;
  const plainImages: number[] = [];
  const candidates: number[] = [];
  const plainBefore: number[] = [];
  const takenOut: number[] = [];
  for (let at = classStart[k]!; at < classStart[k + 1]!; at++) {
    const isInside = ((inRange[at]! >> a) & 1) === 1;
    const hit = hits[at * A + a]!;
    const out = isInside ? ignored[at * A + a]! : 0;
    if (hit !== 0 || out !== 0) {
      candidates.push(at);
      plainBefore.push(plainImages.length);
      takenOut.push(out);
    } else if (isInside) plainImages.push(image[at]!);
  }
  const truthImages = imagesOfTruth(outcomes, k, a);
  return {
    truthImages: Int32Array.from(truthImages),
    holdingImages: Int32Array.from(new Set(truthImages)),
    plainImages:
      outcomes.imageCount <= 1 << 16 ? Uint16Array.from(plainImages) : Int32Array.from(plainImages),
    image: Int32Array.from(candidates, (at) => image[at]!),
    plainBefore: Int32Array.from(plainBefore),
    counts: Uint8Array.from(candidates, (at) => (inRange[at]! >> a) & 1),
    hits: Uint16Array.from(candidates, (at) => hits[at * A + a]!),
    takenOut: Uint16Array.from(takenOut),
  };
}

function imagesOfTruth(
  { truthCategory, truthImage, truthCounts }: Outcomes,
  k: number,
  a: number,
): number[] {
  const images: number[] = [];
  for (let t = 0; t < truthCategory.length; t++)
    if (truthCategory[t] === k && (truthCounts[t]! >> a) & 1) images.push(truthImage[t]!);
  return images;
}
