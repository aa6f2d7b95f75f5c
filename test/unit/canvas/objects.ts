import type { AnnotationView, PredictionView } from "../../../shared/api/images.ts";

/** A ground truth with everything but its box left to the test's concern. */
export function truth(
  given: Pick<AnnotationView, "box"> & Partial<AnnotationView>,
): AnnotationView {
  const [, , w, h] = given.box;
  return {
    id: 31,
    imageId: 7,
    categoryId: 2,
    area: w * h,
    crowd: false,
    ignore: false,
    verdict: null,
    match: null,
    reason: null,
    bucket: null,
    ...given,
  };
}

export function prediction(
  given: Pick<PredictionView, "box" | "score"> & Partial<PredictionView>,
): PredictionView {
  return {
    categoryId: 2,
    verdict: "false-alarm",
    match: null,
    bestIou: 0,
    bestIouAnyClass: 0,
    reason: null,
    bucket: null,
    ...given,
  };
}
