/** Scores the averaged weights on held-out images with the product's own evaluator. */
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { validationRanges } from "../../shared/domain/training-fields.ts";
import { evaluate } from "../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";
import { preparePicture } from "../predict/network-input.ts";
import { RtdetrDetector } from "../rtdetr/detector.ts";
import { toFileValues } from "../rtdetr/parameters.ts";
import type { TrainingState } from "./step.ts";
import type { TrainingImage } from "./training-pictures.ts";

/** Every object, then SODA-D's buckets. */
export const validationParams: EvaluationParams = {
  protocol: "coco",
  areaRanges: validationRanges,
  maxDets: [1, 10, 100],
};

export interface ValidationReport {
  /** AP by area range, 0..1; null where it holds no object. */
  readonly ap: Readonly<Record<string, number | null>>;
  readonly ap50: number | null;
  readonly images: number;
}

/** Regions are scored as crowds: what lies in them is ignored. */
export async function validate(
  state: TrainingState,
  images: readonly TrainingImage[],
  input: { readonly height: number; readonly width: number },
  signal: AbortSignal,
): Promise<ValidationReport> {
  const { config, specs } = state.model;
  const values = new Map(
    [...specs.values()].map((spec) => [
      spec.name,
      toFileValues(spec, state.average.get(spec.name)!),
    ]),
  );
  using detector = await RtdetrDetector.from(config, values);
  const found: { boxes: Float32Array; scores: Float32Array; labels: Int32Array }[] = [];
  for (const image of images) {
    if (signal.aborted) break;
    const prepared = await preparePicture(image.path, { input, fit: "stretch" }, null);
    const batch = { values: prepared.inputs[0]!.pixels, count: 1, ...input };
    const [detections] = await detector.detect(batch, [
      { width: image.width, height: image.height },
    ]);
    found.push(detections!);
  }
  const result = evaluate(
    evaluationSet(images.slice(0, found.length), found, config.labels),
    validationParams,
  );
  const { summary } = result;
  const ap = Object.fromEntries(
    validationParams.areaRanges.map(({ label }) => [
      label,
      summary[label === "all" ? "AP" : `AP_${label}`] ?? null,
    ]),
  );
  return { ap, ap50: summary["AP50"] ?? null, images: found.length };
}

function evaluationSet(
  images: readonly TrainingImage[],
  found: readonly { boxes: Float32Array; scores: Float32Array; labels: Int32Array }[],
  labels: readonly string[],
): EvaluationSet {
  const truth = {
    image: [] as number[],
    category: [] as number[],
    boxes: [] as number[],
    crowd: [] as number[],
  };
  const predictions = {
    image: [] as number[],
    category: [] as number[],
    boxes: [] as number[],
    score: [] as number[],
  };
  images.forEach(({ boxes, classes, regions }, image) => {
    classes.forEach((label, k) => {
      truth.image.push(image);
      truth.category.push(label);
      truth.boxes.push(...boxes.subarray(k * 4, k * 4 + 4));
      truth.crowd.push(0);
    });
    for (let k = 0; k < regions.length; k += 4) {
      for (const label of labels.keys()) {
        truth.image.push(image);
        truth.category.push(label);
        truth.boxes.push(...regions.subarray(k, k + 4));
        truth.crowd.push(1);
      }
    }
    const detections = found[image]!;
    detections.labels.forEach((label, k) => {
      predictions.image.push(image);
      predictions.category.push(label);
      predictions.boxes.push(...detections.boxes.subarray(k * 4, k * 4 + 4));
      predictions.score.push(detections.scores[k]!);
    });
  });
  const boxes = Float64Array.from(truth.boxes);
  return {
    imageIds: images.map((_, k) => k + 1),
    categoryIds: labels.map((_, k) => k + 1),
    categoryNames: labels,
    truth: {
      image: Int32Array.from(truth.image),
      category: Int32Array.from(truth.category),
      boxes,
      area: Float64Array.from(truth.crowd, (_, k) => boxes[k * 4 + 2]! * boxes[k * 4 + 3]!),
      crowd: Uint8Array.from(truth.crowd),
      ignore: new Uint8Array(truth.crowd.length),
    },
    predictions: {
      image: Int32Array.from(predictions.image),
      category: Int32Array.from(predictions.category),
      boxes: Float64Array.from(predictions.boxes),
      score: Float64Array.from(predictions.score),
    },
  };
}
