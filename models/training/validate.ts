/** Scores the averaged weights on held-out images with the product's own evaluator. */
import type { EvaluationParams } from "../../shared/domain/protocols.ts";
import { validationRanges } from "../../shared/domain/training-fields.ts";
import { evaluate } from "../../shared/evaluation/evaluate.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";
import { assemblePicture, type AssembledPicture } from "../predict/assemble-picture.ts";
import type { Detections } from "../predict/detector.ts";
import { preparePicture, type PreparedPicture } from "../predict/network-input.ts";
import { toCorners } from "../predict/rtdetr-adapter.ts";
import { RtdetrDetector } from "../rtdetr/detector.ts";
import { toFileValues } from "../rtdetr/parameters.ts";
import type { OnUnreadable } from "./data-feed.ts";
import type { TrainingState } from "./step.ts";
import type { TrainingImage } from "./training-pictures.ts";

const validationParams: EvaluationParams = {
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

export interface ValidationTask {
  readonly input: { readonly height: number; readonly width: number };
  /** Whole pictures are cut into such tiles and put together as prediction does it; null: seen whole. */
  readonly tile: { readonly size: number; readonly overlap: number } | null;
  readonly signal: AbortSignal;
  readonly onUnreadable: OnUnreadable;
}

/**
 * Regions are scored as crowds: what lies in them is ignored. Pictures that cannot be read are left out.
 * null where the signal aborted.
 */
export async function validate(
  state: TrainingState,
  images: readonly TrainingImage[],
  task: ValidationTask,
): Promise<ValidationReport | null> {
  const { config, specs } = state.model;
  const values = new Map(
    [...specs.values()].map((spec) => [
      spec.name,
      toFileValues(spec, state.average.get(spec.name)!),
    ]),
  );
  using detector = await RtdetrDetector.from(config, values);
  const seen: TrainingImage[] = [];
  const found: AssembledPicture[] = [];
  for (const image of images) {
    if (task.signal.aborted) return null;
    const picture = await prepared(image, task);
    if (!picture) continue;
    seen.push(image);
    found.push(await detectPicture(detector, picture, task));
  }
  const result = evaluate(evaluationSet(seen, found, config.labels), validationParams);
  const { summary } = result;
  const ap = Object.fromEntries(
    validationParams.areaRanges.map(({ label }) => [
      label,
      summary[label === "all" ? "AP" : `AP_${label}`] ?? null,
    ]),
  );
  return { ap, ap50: summary["AP50"] ?? null, images: found.length };
}

async function prepared(
  { path }: TrainingImage,
  { input, tile, onUnreadable }: ValidationTask,
): Promise<PreparedPicture | null> {
  try {
    return await preparePicture(path, { input, fit: "stretch" }, tile);
  } catch (error) {
    onUnreadable(path, error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Of a tile's thousands of faint detections none would reach the 100 that count. */
const LOWEST_TILE_SCORE = 0.001;
const MOST_OF_TILES = 1000;

async function detectPicture(
  detector: RtdetrDetector,
  picture: PreparedPicture,
  { input, tile }: ValidationTask,
): Promise<AssembledPicture> {
  const found: Detections[] = [];
  for (const { pixels } of picture.inputs) {
    const batch = { values: pixels, count: 1, ...input };
    const [one] = await detector.detect(batch, [input], {
      minScore: tile ? LOWEST_TILE_SCORE : 0,
    });
    const { boxes, scores, labels } = one!;
    found.push({ boxes: toCorners(boxes), scores, classes: labels });
  }
  return assemblePicture(picture, found, {
    tile: tile && { ...tile, merge: "seams" },
    maxDets: MOST_OF_TILES,
  });
}

function evaluationSet(
  images: readonly TrainingImage[],
  found: readonly AssembledPicture[],
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
    detections.classes.forEach((label, k) => {
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
