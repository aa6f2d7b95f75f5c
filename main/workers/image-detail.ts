import type { Parsed } from "../../shared/api/contract.ts";
import type { AnnotationView, ImageDetail, PredictionView } from "../../shared/api/images.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { sodaDParams, type EvaluationParams } from "../../shared/domain/protocols.ts";
import { bucketOf } from "../../shared/evaluation/failures/bucket.ts";
import { judge, UNMATCHED, type Judgement } from "../../shared/evaluation/failures/judge.ts";
import {
  FALSE_ALARM,
  MISS,
  predictionVerdict,
  reasonOfFalseAlarm,
  reasonOfMiss,
  truthVerdict,
  verdictNames,
} from "../../shared/evaluation/failures/verdicts.ts";
import type { EvaluationSet } from "../../shared/evaluation/types.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import { judgingRowsOfImage, rowsOfImage } from "./evaluation-set.ts";
import { NO_BUCKET } from "./judged.ts";
import type { AnalysisState } from "./methods.ts";
import type { PredictionSetColumns } from "./prediction-columns.ts";
import type { SeamFacts } from "./seams.ts";
import { storedRun } from "./stored-run.ts";

/** One image under a run. Truth rows and predictions count from the image's first. */
interface JudgedImage {
  readonly dataset: DatasetColumns;
  readonly predictions: PredictionSetColumns;
  readonly params: EvaluationParams;
  /** Predictions below it say nothing. */
  readonly score: number;
  /** Index of the image. */
  readonly image: number;
  readonly set: EvaluationSet;
  readonly judgement: Judgement;
  /** Annotation row of each truth row. */
  readonly annotationOf: Int32Array;
  readonly seams: SeamFacts | null;
}

/**
 * Everything on one image: its boxes, and with a run what became of each. Images do not touch one another, so that only
 * this one is judged: the same verdicts as in the whole run. Throws `image/not-found`.
 */
export function imageDetail(
  state: AnalysisState,
  { imageId, filter }: Parsed<"images/get">,
): ImageDetail {
  const datasetId = state.queries.datasetOfImage(imageId);
  if (datasetId === null) {
    throw new AppError(
      "image/not-found",
      `There is no image ${imageId} in this project; it may have been removed.`,
    );
  }
  const judged = filter.runId === null ? null : judgedImage(state, imageId, datasetId, filter);
  const dataset = judged?.dataset ?? state.columns.dataset(datasetId);
  const i = dataset.imageIndex.get(imageId)!;
  const { id, sourceId, path, width, height } = dataset.images[i]!;
  const rows = rowsOfImage(dataset, i);
  const { areaRanges } = judged?.params ?? sodaDParams;
  const fates = judged && truthFates(judged);
  return {
    image: { id, sourceId, path, width, height },
    datasetId,
    annotations: Array.from(rows, (row) => ({
      ...annotationView(dataset, row),
      bucket: labelOf(dataset.area[row]!, areaRanges),
      ...(fates ? (fates.get(row) ?? { ...noFate, verdict: "ignored" }) : noFate),
      ...(judged?.seams && { atSeam: judged.seams.crosses(row) }),
    })),
    predictions: judged ? predictionViews(judged, rows) : [],
  };
}

function judgedImage(
  state: AnalysisState,
  imageId: number,
  datasetId: number,
  { runId, iou, score }: Parsed<"images/get">["filter"],
): JudgedImage {
  const { predictionSetId, params } = storedRun(state.queries, runId!);
  const { dataset, predictions } = state.columns.predictions(predictionSetId);
  if (dataset.id !== datasetId) {
    throw new AppError(
      "image/other-dataset",
      `Image ${imageId} is not of the dataset that run ${runId} is about.`,
    );
  }
  const image = dataset.imageIndex.get(imageId)!;
  const { set, annotationOf } = judgingRowsOfImage(dataset, predictions, image);
  const judgement = judge(set, params, iou);
  const seams = state.seams.of({ dataset, predictions });
  return { dataset, predictions, params, score, image, set, judgement, annotationOf, seams };
}

type TruthFate = Pick<AnnotationView, "verdict" | "match" | "reason">;

const noFate: TruthFate = { verdict: null, match: null, reason: null };

/** By annotation row; regions have none. A match counts only while its prediction reaches the score threshold. */
function truthFates({ set, judgement, annotationOf, score }: JudgedImage): Map<number, TruthFate> {
  const fates = new Map<number, TruthFate>();
  annotationOf.forEach((row, t) => {
    const match = judgement.truthMatch[t]!;
    const counts = match !== UNMATCHED && set.predictions.score[match]! >= score;
    const verdict = truthVerdict(judgement, set, t, score);
    fates.set(row, {
      verdict: verdictNames[verdict],
      match: counts ? match : null,
      reason: verdict === MISS ? reasonOfMiss(judgement, set, t, score).reason : null,
    });
  });
  return fates;
}

function annotationView(dataset: DatasetColumns, row: number) {
  return {
    id: dataset.annotationId[row]!,
    imageId: dataset.images[dataset.image[row]!]!.id,
    categoryId: dataset.categories[dataset.category[row]!]!.id,
    box: boxAt(dataset.boxes, row),
    area: dataset.area[row]!,
    crowd: dataset.crowd[row] === 1,
    ignore: dataset.ignore[row] === 1,
  };
}

function predictionViews(judged: JudgedImage, annotationRows: Int32Array): PredictionView[] {
  const { dataset, params, predictions, judgement, set, annotationOf, score, seams } = judged;
  const first = predictions.offsets[judged.image]!;
  return Array.from(set.predictions.score, (_, p): PredictionView => {
    const t = judgement.predictionMatch[p]!;
    const verdict = predictionVerdict(judgement, set, p, score);
    const box = boxAt(set.predictions.boxes, p);
    return {
      categoryId: dataset.categories[predictions.category[first + p]!]?.id ?? -1,
      box,
      score: set.predictions.score[p]!,
      verdict: verdictNames[verdict],
      match: t === UNMATCHED ? null : annotationRows.indexOf(annotationOf[t]!),
      bestIou: judgement.bestIou[p]!,
      bestIouAnyClass: judgement.bestIouAnyClass[p]!,
      bucket: labelOf(box[2] * box[3], params.areaRanges),
      reason: verdict === FALSE_ALARM ? reasonOfFalseAlarm(judgement, p).reason : null,
      ...(seams && { atSeam: seams.predictions[first + p] === 1 }),
    };
  });
}

/** area: square pixels. */
function labelOf(area: number, ranges: EvaluationParams["areaRanges"]): string | null {
  const bucket = bucketOf(area, ranges);
  return bucket === null ? null : ranges[bucket]!.label;
}

export function bucketLabel({ areaRanges }: EvaluationParams, bucket: number): string | null {
  return bucket === NO_BUCKET ? null : areaRanges[bucket]!.label;
}

/** boxes: [n,4]. */
export function boxAt(boxes: Float64Array, row: number): [number, number, number, number] {
  return [boxes[4 * row]!, boxes[4 * row + 1]!, boxes[4 * row + 2]!, boxes[4 * row + 3]!];
}
